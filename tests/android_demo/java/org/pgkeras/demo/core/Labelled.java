package org.pgkeras.demo.core;

import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;

/** An exported folder whose manifest gives every model but the smallest three classes. */
public final class Labelled extends ChangedManifest {
    public Labelled(ModelFiles unlabelled) {
        super(unlabelled);
    }

    @Override
    void change(JSONObject model) throws JSONException {
        model.put("goldens", new JSONArray());
        model.getJSONObject("truncation").put("goldens", new JSONArray());
        if (model.getInt("resolution") > 4) {
            model.put("labels", new JSONArray("['cat', 'dog', 'bird']"));
            model.getJSONArray("inputs").put(new JSONObject("{'name': 'label'}"));
        }
    }
}
