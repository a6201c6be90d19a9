package org.pgkeras.demo;

import android.os.Bundle;
import java.util.Random;
import org.pgkeras.demo.core.NamedFace;
import org.pgkeras.demo.core.Seeds;
import org.pgkeras.demo.core.Subject;

/** Subjects on their way from screen to screen. */
final class SubjectBundle {
    private static final String RESOLUTION = "resolution";
    private static final String LABEL = "label";
    private static final String SEED = "seed";
    private static final String NAME = "name";
    private static final String LATENT = "latent";
    private static final String TRUNCATION = "truncation";

    private SubjectBundle() {}

    static Bundle of(Subject subject) {
        Bundle bundle = new Bundle();
        write(subject, bundle);
        return bundle;
    }

    static void write(Subject subject, Bundle bundle) {
        bundle.putInt(RESOLUTION, subject.resolution);
        bundle.putInt(LABEL, subject.label);
        bundle.putLong(SEED, subject.seed);
        bundle.putFloat(TRUNCATION, subject.truncation);
        if (subject.face != null) {
            bundle.putString(NAME, subject.face.name);
            bundle.putFloatArray(LATENT, subject.face.latent);
        }
    }

    /**
     * The subject of the first bundle that has one, or else any face at the largest resolution. Another app's bundle
     * may say anything: a seed or truncation out of range becomes one in range; resolution, label and face are for
     * {@link Subject#by}.
     *
     * @param truncation where a bundle has none.
     */
    static Subject read(float truncation, Bundle... bundles) {
        for (Bundle bundle : bundles) {
            if (bundle != null && bundle.containsKey(SEED)) {
                long seed = Seeds.after(bundle.getLong(SEED), 0);
                float given = bundle.getFloat(TRUNCATION, truncation);
                float inRange = given >= 0 && given <= 1 ? given : 1;
                Subject ofSeed = new Subject(bundle.getInt(RESOLUTION), bundle.getInt(LABEL), seed, inRange);
                String name = bundle.getString(NAME);
                float[] latent = bundle.getFloatArray(LATENT);
                return name == null || latent == null ? ofSeed : ofSeed.withFace(new NamedFace(name, latent));
            }
        }
        return new Subject(Subject.LARGEST, 0, Seeds.random(new Random()), truncation);
    }
}
