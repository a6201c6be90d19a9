package org.pgkeras.demo;

import org.pgkeras.demo.core.ModelFiles;
import org.pgkeras.demo.core.WithoutTruncation;

/** An app whose models cannot truncate. */
public class OlderApplication extends TestApplication {
    @Override
    protected ModelFiles files() {
        return new WithoutTruncation(super.files());
    }
}
