package org.pgkeras.demo.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** manifest.json: the contract between an exported folder and this app. */
public final class Manifest {
    public static final String FILE_NAME = "manifest.json";

    private static final int FORMAT_VERSION = 1;
    private static final List<String> PREFERENCE = Arrays.asList("float16", "float32", "dynamic", "int8");

    /** Faces with names; every model can draw them. */
    public final List<NamedFace> faces;

    private final List<Model> models = new ArrayList<>();

    /** @throws ModelProblem if the text is not such a manifest, or of a later version. */
    public Manifest(String text) throws ModelProblem {
        try {
            JSONObject json = new JSONObject(text);
            int version = json.getInt("format_version");
            if (version != FORMAT_VERSION) {
                throw new ModelProblem(ModelProblem.Kind.TOO_NEW, FILE_NAME, "format_version is " + version);
            }
            JSONArray described = json.getJSONArray("models");
            for (int i = 0; i < described.length(); i++) {
                models.add(new Model(described.getJSONObject(i)));
            }
            faces = NamedFace.all(json.optJSONArray("faces"), models);
        } catch (JSONException error) {
            throw new ModelProblem(ModelProblem.Kind.DAMAGED, FILE_NAME, error.getMessage());
        }
        if (models.isEmpty()) {
            throw new ModelProblem(ModelProblem.Kind.DAMAGED, FILE_NAME, "it has no model");
        }
    }

    /** The variant to use of each resolution, smallest first: float16 where there is one. */
    public List<Model> choices() {
        TreeMap<Integer, Model> best = new TreeMap<>();
        for (Model model : models) {
            Model other = best.get(model.resolution);
            if (other == null || rank(model) < rank(other)) {
                best.put(model.resolution, model);
            }
        }
        return new ArrayList<>(best.values());
    }

    private static int rank(Model model) {
        int rank = PREFERENCE.indexOf(model.quantization);
        return rank < 0 ? PREFERENCE.size() : rank;
    }
}
