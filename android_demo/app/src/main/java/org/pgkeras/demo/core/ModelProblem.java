package org.pgkeras.demo.core;

/** Why there is no picture. */
public final class ModelProblem extends Exception {
    private static final long serialVersionUID = 1;

    /** What is wrong, for the screen's words. */
    public enum Kind {
        /** The file is not in the app. */
        MISSING,
        /** The file is not what the manifest describes, or no manifest at all. */
        DAMAGED,
        /** The manifest follows a later contract. */
        TOO_NEW,
        /** The interpreter refuses the model. */
        DOES_NOT_RUN,
        /** This phone computes another picture than the desktop. */
        WRONG_PICTURE
    }

    private final Kind kind;
    private final String file;

    /**
     * @param file name of the manifest or model.
     * @param detail for bug reports.
     */
    public ModelProblem(Kind kind, String file, String detail) {
        super(file + ": " + detail);
        this.kind = kind;
        this.file = file;
    }

    public Kind kind() {
        return kind;
    }

    public String file() {
        return file;
    }
}
