package org.pgkeras.demo.core;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** An exported folder whose manifest is from before models could truncate. */
public final class WithoutTruncation implements ModelFiles {
    private final ModelFiles files;

    public WithoutTruncation(ModelFiles files) {
        this.files = files;
    }

    @Override
    public String manifest() throws IOException {
        try {
            JSONObject manifest = new JSONObject(files.manifest());
            JSONArray models = manifest.getJSONArray("models");
            for (int i = 0; i < models.length(); i++) {
                models.getJSONObject(i).remove("truncation");
                JSONArray goldens = models.getJSONObject(i).getJSONArray("goldens");
                for (int j = 0; j < goldens.length(); j++) {
                    goldens.getJSONObject(j).remove("truncation");
                }
            }
            return manifest.toString();
        } catch (JSONException error) {
            throw new IOException(error);
        }
    }

    @Override
    public ByteBuffer map(String file) throws IOException {
        return files.map(file);
    }
}
