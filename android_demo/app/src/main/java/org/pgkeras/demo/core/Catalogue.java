package org.pgkeras.demo.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/** The models that this device can use, what is wrong with others, those still to be tested, and faces with names. */
public final class Catalogue {
    /** By resolution, smallest first. */
    public final List<Model> models;

    public final List<ModelProblem> problems;

    public final List<NamedFace> faces;

    private final List<Model> untested; // from the end

    private Catalogue(
            List<Model> models, List<ModelProblem> problems, List<NamedFace> faces, List<Model> untested) {
        this.models = Collections.unmodifiableList(models);
        this.problems = Collections.unmodifiableList(problems);
        this.faces = faces;
        this.untested = untested;
    }

    /**
     * What a manifest offers.
     *
     * @param passed files of the models that need no test: each file is still verified when it is opened.
     * @param suspects files of the models to be tested last.
     * @param fatal files of the models that end the process, which are left out.
     */
    public static Catalogue of(
            Manifest manifest, Collection<String> passed, Collection<String> suspects, Collection<String> fatal) {
        List<Model> models = new ArrayList<>();
        List<ModelProblem> problems = new ArrayList<>();
        List<Model> first = new ArrayList<>();
        List<Model> last = new ArrayList<>();
        for (Model model : manifest.choices()) {
            if (fatal.contains(model.file)) {
                problems.add(new ModelProblem(ModelProblem.Kind.DOES_NOT_RUN, model.file, "ended the app in its test"));
            } else if (passed.contains(model.file)) {
                models.add(model);
            } else {
                (suspects.contains(model.file) ? last : first).add(model);
            }
        }
        last.addAll(first);
        return new Catalogue(models, problems, manifest.faces, last);
    }

    /** The next model to test: the largest that is no suspect, if there is one; null if all are tested. */
    public Model next() {
        return untested.isEmpty() ? null : untested.get(untested.size() - 1);
    }

    /** The catalogue after the self-test of {@link #next()}. */
    public Catalogue test(Painter painter) {
        List<Model> usable = new ArrayList<>(models);
        List<ModelProblem> met = new ArrayList<>(problems);
        try {
            SelfTest.run(painter, next());
            usable.add(smallerThan(next()), next());
        } catch (ModelProblem problem) {
            met.add(problem);
        }
        return new Catalogue(usable, met, faces, untested.subList(0, untested.size() - 1));
    }

    private int smallerThan(Model model) {
        int number = 0;
        while (number < models.size() && models.get(number).resolution < model.resolution) {
            number++;
        }
        return number;
    }

    /** The model of a resolution, or the largest if there is none; null if the catalogue is empty. */
    public Model find(int resolution) {
        Model found = models.isEmpty() ? null : models.get(models.size() - 1);
        for (Model model : models) {
            if (model.resolution == resolution) {
                found = model;
            }
        }
        return found;
    }
}
