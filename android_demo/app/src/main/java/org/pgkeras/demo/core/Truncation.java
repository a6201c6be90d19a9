package org.pgkeras.demo.core;

import java.util.List;
import org.json.JSONException;
import org.json.JSONObject;

/** How a model gives up variety for quality, as {@code pgkeras.generate --truncation} does. */
public final class Truncation {
    /** Key of the signature that takes it. */
    public final String signature;

    public final String inputName;

    public final List<Golden> goldens;

    Truncation(JSONObject json, Model model) throws JSONException {
        signature = json.getString("signature");
        inputName = json.getJSONObject("input").getString("name");
        goldens = Golden.all(json.getJSONArray("goldens"), model);
    }
}
