package org.pgkeras.demo.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** What manifest.json says of one .tflite file. */
public final class Model {
    private static final String LATENT = "latent";
    private static final String LABEL = "label";

    public final String file;

    /** Side of the picture in pixels. */
    public final int resolution;

    /** 3 for RGB, 1 for grey. */
    public final int channels;

    public final int latentSize;

    /** Class names in the order of the label tensor; empty if the model takes no label. */
    public final List<String> labels;

    /** How weights are stored. */
    public final String quantization;

    /** Size of the file. */
    public final long bytes;

    /** Of the file, in lower-case hexadecimal digits. */
    public final String sha256;

    /** Key of the signature that has the names below. */
    public final String signature;

    public final String latentName;

    /** Null if the model takes no label. */
    public final String labelName;

    public final String imageName;

    /** Grey levels by which a right picture may differ from the goldens'. */
    public final int tolerance;

    public final List<Golden> goldens;

    /** Null if the model cannot truncate. */
    public final Truncation truncation;

    Model(JSONObject json) throws JSONException {
        file = json.getString("file");
        resolution = positive(json, "resolution");
        channels = positive(json, "channels");
        latentSize = positive(json, "latent_size");
        labels = strings(json.getJSONArray("labels"));
        quantization = json.getString("quantization");
        bytes = json.getLong("bytes");
        sha256 = json.getString("sha256");
        signature = json.getString("signature");
        latentName = inputName(json, LATENT);
        labelName = labels.isEmpty() ? null : inputName(json, LABEL);
        imageName = json.getJSONObject("output").getString("name");
        tolerance = json.getInt("tolerance");
        goldens = Golden.all(json.getJSONArray("goldens"), this);
        truncation = json.isNull("truncation") ? null : new Truncation(json.getJSONObject("truncation"), this);
    }

    /** Size of the output tensor: one byte for each number. */
    public int imageBytes() {
        return resolution * resolution * channels;
    }

    private static int positive(JSONObject json, String key) throws JSONException {
        int number = json.getInt(key);
        if (number < 1) {
            throw new JSONException(key + " is " + number);
        }
        return number;
    }

    private static List<String> strings(JSONArray json) throws JSONException {
        List<String> strings = new ArrayList<>();
        for (int i = 0; i < json.length(); i++) {
            strings.add(json.getString(i));
        }
        return Collections.unmodifiableList(strings);
    }

    private static String inputName(JSONObject json, String wanted) throws JSONException {
        JSONArray inputs = json.getJSONArray("inputs");
        for (int i = 0; i < inputs.length(); i++) {
            String name = inputs.getJSONObject(i).getString("name");
            if (name.equals(wanted)) {
                return name;
            }
        }
        throw new JSONException("no input " + wanted);
    }
}
