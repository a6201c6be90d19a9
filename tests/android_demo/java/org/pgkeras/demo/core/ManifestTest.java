package org.pgkeras.demo.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
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
