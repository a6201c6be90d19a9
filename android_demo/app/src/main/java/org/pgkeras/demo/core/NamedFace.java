package org.pgkeras.demo.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** A face that somebody found in the generator, listed beside the seeds. */
public final class NamedFace {
    public final String name;
    public final float[] latent;

    public NamedFace(String name, float[] latent) {
        this.name = name;
        this.latent = latent;
    }

    /** What a manifest lists; older ones list none. */
    static List<NamedFace> all(JSONArray json, List<Model> models) throws JSONException {
        List<NamedFace> faces = new ArrayList<>();
        for (int i = 0; json != null && i < json.length(); i++) {
            JSONObject face = json.getJSONObject(i);
            faces.add(new NamedFace(face.getString("name"), numbers(face.getJSONArray("latent"))));
            for (Model model : models) {
                if (!faces.get(i).fits(model)) {
                    throw new JSONException("the latent of the face " + faces.get(i).name + " is damaged");
                }
            }
        }
        return Collections.unmodifiableList(faces);
    }

    /** Whether a model can draw it: its numbers are as many as the model takes, finite, and not all of them 0. */
    public boolean fits(Model model) {
        boolean somewhere = false;
        for (float component : latent) {
            if (Float.isNaN(component) || Float.isInfinite(component)) {
                return false;
            }
            somewhere |= component != 0;
        }
        return somewhere && latent.length == model.latentSize;
    }

    private static float[] numbers(JSONArray json) throws JSONException {
        float[] numbers = new float[json.length()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) json.getDouble(i);
        }
        return numbers;
    }
}
