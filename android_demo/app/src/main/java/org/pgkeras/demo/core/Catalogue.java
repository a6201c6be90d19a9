package org.pgkeras.demo.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The models that this device can use, what is wrong with the others, and faces with names. */
public final class Catalogue {
    /** By resolution, smallest first. */
    public final List<Model> models;

    public final List<ModelProblem> problems;

    public final List<NamedFace> faces;

    private Catalogue(List<Model> models, List<ModelProblem> problems, List<NamedFace> faces) {
        this.models = Collections.unmodifiableList(models);
        this.problems = Collections.unmodifiableList(problems);
        this.faces = faces;
    }

    /** Everything the manifest offers, unchecked: a model's file is still verified when it is opened. */
    public static Catalogue trusting(Painter painter) throws ModelProblem {
        Manifest manifest = painter.manifest();
        return new Catalogue(manifest.choices(), new ArrayList<ModelProblem>(), manifest.faces);
    }

    /**
     * What the manifest offers and passes the self-test.
     *
     * @throws ModelProblem if the manifest is missing or damaged.
     */
    public static Catalogue tested(Painter painter) throws ModelProblem {
        List<Model> models = new ArrayList<>();
        List<ModelProblem> problems = new ArrayList<>();
        Manifest manifest = painter.manifest();
        for (Model model : manifest.choices()) {
            try {
                SelfTest.run(painter, model);
                models.add(model);
            } catch (ModelProblem problem) {
                problems.add(problem);
            }
        }
        return new Catalogue(models, problems, manifest.faces);
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
