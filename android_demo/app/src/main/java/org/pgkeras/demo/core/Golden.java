package org.pgkeras.demo.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** A latent and the picture that the reference interpreter made of it. */
public final class Golden {
    /** That gives the latent. */
    public final long seed;

    /** Number of the class; 0 if the model takes no label. */
    public final int label;

    /** 1 is all of the variety. */
    public final float truncation;

    public final float[] latent;

    /** Blocks per row and column of the thumbnail. */
    public final int thumbnailSide;

    /** Mean grey level of each block, in the order (row, column, channel). */
    public final double[] thumbnail;

    static List<Golden> all(JSONArray json, Model model) throws JSONException {
        List<Golden> read = new ArrayList<>();
        for (int i = 0; i < json.length(); i++) {
            read.add(new Golden(json.getJSONObject(i), model));
        }
        return Collections.unmodifiableList(read);
    }

    private Golden(JSONObject json, Model model) throws JSONException {
        seed = json.getLong("seed");
        label = json.getInt("label");
        truncation = (float) json.optDouble("truncation", 1); // older manifests have none
        JSONArray numbers = json.getJSONArray("latent");
        latent = new float[numbers.length()];
        for (int i = 0; i < latent.length; i++) {
            latent[i] = (float) numbers.getDouble(i);
        }
        thumbnailSide = json.getInt("thumbnail_side");
        JSONArray means = json.getJSONArray("thumbnail");
        thumbnail = new double[means.length()];
        for (int i = 0; i < thumbnail.length; i++) {
            thumbnail[i] = means.getDouble(i);
        }
        boolean divides = thumbnailSide > 0 && model.resolution % thumbnailSide == 0;
        int blocks = thumbnailSide * thumbnailSide * model.channels;
        boolean labelled = label >= 0 && label < Math.max(1, model.labels.size());
        if (latent.length != model.latentSize || !labelled || !divides || thumbnail.length != blocks) {
            throw new JSONException("the golden of seed " + seed + " does not fit " + model.file);
        }
    }
}
