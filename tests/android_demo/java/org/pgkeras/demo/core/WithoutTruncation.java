package org.pgkeras.demo.core;

import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** An exported folder whose manifest is from before models could truncate. */
public final class WithoutTruncation extends ChangedManifest {
    public WithoutTruncation(ModelFiles files) {
        super(files);
    }

    @Override
    void change(JSONObject model) throws JSONException {
        model.remove("truncation");
        JSONArray goldens = model.getJSONArray("goldens");
        for (int i = 0; i < goldens.length(); i++) {
            goldens.getJSONObject(i).remove("truncation");
        }
    }
}
