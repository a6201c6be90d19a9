package org.pgkeras.demo.core;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** An exported folder that describes its models otherwise. */
abstract class ChangedManifest implements ModelFiles {
    private final ModelFiles files;

    ChangedManifest(ModelFiles files) {
        this.files = files;
    }

    abstract void change(JSONObject model) throws JSONException;

    @Override
    public final String manifest() throws IOException {
        try {
            JSONObject manifest = new JSONObject(files.manifest());
            JSONArray models = manifest.getJSONArray("models");
            for (int i = 0; i < models.length(); i++) {
                change(models.getJSONObject(i));
            }
            return manifest.toString();
        } catch (JSONException error) {
            throw new IOException(error);
        }
    }

    @Override
    public final ByteBuffer map(String file) throws IOException {
        return files.map(file);
    }
}
