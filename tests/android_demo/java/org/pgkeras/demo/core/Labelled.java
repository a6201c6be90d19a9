package org.pgkeras.demo.core;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** An exported folder whose manifest gives every model but the smallest three classes. */
public final class Labelled implements ModelFiles {
    private final ModelFiles unlabelled;

    public Labelled(ModelFiles unlabelled) {
        this.unlabelled = unlabelled;
    }

    @Override
    public String manifest() throws IOException {
        try {
            JSONObject manifest = new JSONObject(unlabelled.manifest());
            JSONArray models = manifest.getJSONArray("models");
            for (int i = 0; i < models.length(); i++) {
                JSONObject model = models.getJSONObject(i);
                model.put("goldens", new JSONArray());
                model.getJSONObject("truncation").put("goldens", new JSONArray());
                if (model.getInt("resolution") > 4) {
                    model.put("labels", new JSONArray("['cat', 'dog', 'bird']"));
                    model.getJSONArray("inputs").put(new JSONObject("{'name': 'label'}"));
                }
            }
            return manifest.toString();
        } catch (JSONException error) {
            throw new IOException(error);
        }
    }

    @Override
    public ByteBuffer map(String file) throws IOException {
        return unlabelled.map(file);
    }
}
