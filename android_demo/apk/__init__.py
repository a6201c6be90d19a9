"""From the app's sources and an exported folder to a signed, checked APK."""
