package org.pgkeras.demo;

import org.pgkeras.demo.core.GreyInterpreter;
import org.pgkeras.demo.core.Interpreter;
import org.pgkeras.demo.core.Labelled;
import org.pgkeras.demo.core.ModelFiles;

/** An app whose models have classes, each drawn as another grey. */
public class LabelledApplication extends DemoApplication {
    @Override
    protected ModelFiles files() {
        return new Labelled(super.files());
    }

    @Override
    protected Interpreter.Factory runtime() {
        return GreyInterpreter::new;
    }
}
