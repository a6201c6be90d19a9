package org.pgkeras.demo.core;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.json.JSONArray;
import org.json.JSONObject;
import org.junit.Test;

public class ManifestTest {
    private final String text = read();

    private static String read() {
        try {
            return Exported.original().manifest();
        } catch (java.io.IOException error) {
            throw new AssertionError(error);
        }
    }

    private static ModelProblem.Kind problem(String manifest) {
        return assertThrows(ModelProblem.class, () -> new Manifest(manifest)).kind();
    }

    @Test
    public void offersEachResolutionOnceInFloat16() throws Exception {
        List<Model> models = new Manifest(text).choices();
        assertEquals(Arrays.asList(4, 8, 16), models.stream().map(m -> m.resolution).collect(Collectors.toList()));
        assertTrue(models.stream().allMatch(model -> model.quantization.equals("float16")));
    }

    @Test
    public void takesFloat32WhereThereIsNoFloat16() throws Exception {
        List<Model> models = new Manifest(text.replace("\"float16\"", "\"exotic\"")).choices();
        assertTrue(models.stream().allMatch(model -> model.quantization.equals("float32")));
    }

    @Test
    public void listsFacesWithNames() throws Exception {
        List<NamedFace> faces = new Manifest(text).faces;
        assertEquals(1, faces.size());
        assertEquals("me", faces.get(0).name);
        assertArrayEquals(Exported.expectedLatent(42), faces.get(0).latent, 0);
        assertEquals(0, new Manifest(changed("faces", null)).faces.size());
    }

    @Test
    public void refusesDamagedFaces() throws Exception {
        for (String latent : new String[] {"[]", "[1, 2]", "['a']", "null", "{}"}) {
            JSONArray faces = new JSONArray("[{'name': 'me', 'latent': " + latent + "}]");
            assertEquals(latent, ModelProblem.Kind.DAMAGED, problem(changed("faces", faces)));
        }
        String zeros = Arrays.toString(new float[25]);
        for (String latent : new String[] {zeros, zeros.replace("[0.0", "[NaN"), zeros.replace("[0.0", "[1e39")}) {
            JSONArray faces = new JSONArray("[{'name': 'me', 'latent': " + latent + "}]");
            assertEquals(latent, ModelProblem.Kind.DAMAGED, problem(changed("faces", faces)));
        }
    }

    private String changed(String key, Object value) throws Exception {
        return new JSONObject(text).put(key, value).toString();
    }

    @Test
    public void refusesLaterVersions() {
        String later = text.replace("\"format_version\": 1", "\"format_version\": 2");
        assertEquals(ModelProblem.Kind.TOO_NEW, problem(later));
    }

    @Test
    public void refusesWhatIsNoManifest() {
        for (String other : new String[] {"", "{", "[]", "{}", text.substring(0, text.length() / 2)}) {
            assertEquals(ModelProblem.Kind.DAMAGED, problem(other));
        }
        assertEquals(ModelProblem.Kind.DAMAGED, problem(text.replace("\"latent\"", "\"noise\"")));
        assertEquals(ModelProblem.Kind.DAMAGED, problem(text.replace("\"thumbnail_side\": 4", "\"thumbnail_side\": 0")));
        assertEquals(
                ModelProblem.Kind.DAMAGED, problem("{\"format_version\": 1, \"name\": \"empty\", \"models\": []}"));
    }
}
