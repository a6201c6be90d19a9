"""The Android demo: the app in `app/`, and the command that builds it without Gradle."""
