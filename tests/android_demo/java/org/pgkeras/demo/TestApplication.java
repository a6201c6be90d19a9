package org.pgkeras.demo;

import org.pgkeras.demo.core.DesktopInterpreter;
import org.pgkeras.demo.core.Interpreter;

/** The app with the desktop's runtime in place of the phone's. */
public class TestApplication extends DemoApplication {
    @Override
    protected Interpreter.Factory runtime() {
        return DesktopInterpreter::new;
    }
}
