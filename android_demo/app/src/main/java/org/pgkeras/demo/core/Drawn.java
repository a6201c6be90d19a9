package org.pgkeras.demo.core;

/** A picture and the time it took. */
public final class Drawn {
    public final Picture picture;

    /** Of the interpreter alone, in milliseconds. */
    public final double milliseconds;

    Drawn(Picture picture, double milliseconds) {
        this.picture = picture;
        this.milliseconds = milliseconds;
    }
}
