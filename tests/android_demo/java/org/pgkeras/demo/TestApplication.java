package org.pgkeras.demo;

/** The app with its runtime for the desktop: Robolectric ignores {@link System#loadLibrary}. */
public class TestApplication extends DemoApplication {
    static {
        System.load(System.getProperty("java.library.path") + "/libjnijavacpp.so");
        System.load(System.getProperty("java.library.path") + "/libjnitensorflowlite.so");
    }
}
