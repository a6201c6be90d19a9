package org.pgkeras.demo.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class PainterTest {
    private static final List<String> NONE = Collections.emptyList();

    @Rule
    public final TemporaryFolder temporary = new TemporaryFolder();

    /** From the seed to the colours on the screen, against Python's interpreter. */
    @Test
    public void picturesArePythons() throws Exception {
        Painter painter = Exported.original().painter();
        for (Model model : painter.manifest().choices()) {
            for (String seed : System.getProperty("seeds").split(",")) {
                Subject subject = new Subject(model.resolution, 0, Long.parseLong(seed), 1);
                Picture picture = Face.draw(painter, model, subject).drawn.picture;
                assertEquals(model.resolution, picture.side);
                byte[] expected = Exported.expectedImage(model, subject.seed);
                assertTrue(model.file + ", seed " + seed, difference(picture, expected) <= 1);
            }
        }
    }

    @Test
    public void truncatedPicturesArePythons() throws Exception {
        Painter painter = Exported.original().painter();
        for (Model model : painter.manifest().choices()) {
            for (String seed : System.getProperty("seeds").split(",")) {
                Subject whole = new Subject(model.resolution, 0, Long.parseLong(seed), 1);
                Subject truncated = whole.withTruncation(Exported.truncation());
                byte[] expected = Exported.expectedTruncatedImage(model, whole.seed);
                Picture picture = Face.draw(painter, model, truncated).drawn.picture;
                assertTrue(model.file + ", seed " + seed, difference(picture, expected) <= 1);
                byte[] untruncated = Exported.expectedImage(model, whole.seed);
                assertTrue(difference(Face.draw(painter, model, whole).drawn.picture, untruncated) <= 1);
            }
        }
    }

    @Test
    public void theSelfTestTruncatesToo() throws Exception {
        Painter painter = new Painter(Exported.original(), (model, file) -> {
            Interpreter real = new TfLiteInterpreter.Factory().open(model, file);
            return new Interpreter() {
                @Override
                public ByteBuffer run(float[] latent, float[] label, float truncation) {
                    return real.run(latent, label, 1);
                }

                @Override
                public void close() {
                    real.close();
                }
            };
        });
        assertTrue(tested(painter).models.isEmpty());
    }

    @Test
    public void anOlderManifestsModelDrawsAllOfTheVariety() throws Exception {
        Exported original = Exported.original();
        Painter painter = new Painter(new WithoutTruncation(original), new TfLiteInterpreter.Factory());
        Model model = painter.manifest().choices().get(0);
        SelfTest.run(painter, model);
        Picture picture = Face.draw(painter, model, new Subject(model.resolution, 0, 1, 0.5f)).drawn.picture;
        assertTrue(difference(picture, Exported.expectedImage(model, 1)) <= 1);
    }

    @Test
    public void aFileThatIsNoModelDoesNotRun() throws Exception {
        Exported copy = Exported.copy(temporary.getRoot().toPath());
        Model model = copy.painter().manifest().choices().get(0);
        Interpreter.Factory runtime = new TfLiteInterpreter.Factory();
        ByteBuffer nonsense = ByteBuffer.allocateDirect((int) model.bytes);
        assertThrows(IllegalArgumentException.class, () -> runtime.open(model, nonsense));
    }

    private static int difference(Picture picture, byte[] expected) {
        int largest = 0;
        for (int i = 0; i < expected.length; i++) {
            int pixel = picture.argb[i / 3];
            assertEquals(0xff, pixel >>> 24);
            int value = pixel >> (16 - 8 * (i % 3)) & 0xff;
            largest = Math.max(largest, Math.abs(value - (expected[i] & 0xff)));
        }
        return largest;
    }

    private static Catalogue tested(Painter painter) throws ModelProblem {
        Catalogue catalogue = Catalogue.of(painter.manifest(), NONE, NONE, NONE);
        while (catalogue.next() != null) {
            catalogue = catalogue.test(painter);
        }
        return catalogue;
    }

    @Test
    public void everyModelPassesTheSelfTest() throws Exception {
        Catalogue catalogue = tested(Exported.original().painter());
        assertEquals(3, catalogue.models.size());
        assertTrue(catalogue.problems.isEmpty());
        assertEquals(8, catalogue.find(8).resolution);
        assertEquals(16, catalogue.find(Subject.LARGEST).resolution);
    }

    @Test
    public void theLargestModelIsTestedFirstAndNoneThatHasPassed() throws Exception {
        Painter painter = Exported.original().painter();
        Model middle = painter.manifest().choices().get(1);
        Catalogue catalogue = Catalogue.of(painter.manifest(), Arrays.asList(middle.file), NONE, NONE);
        assertEquals(Arrays.asList(8), resolutions(catalogue));
        assertEquals(16, catalogue.next().resolution);
        catalogue = catalogue.test(painter);
        assertEquals(Arrays.asList(8, 16), resolutions(catalogue));
        assertEquals(4, catalogue.next().resolution);
        catalogue = catalogue.test(painter);
        assertEquals(Arrays.asList(4, 8, 16), resolutions(catalogue));
        assertEquals(null, catalogue.next());
    }

    @Test
    public void aSuspectIsTestedLastAndAFatalModelIsLeftOut() throws Exception {
        Painter painter = Exported.original().painter();
        List<String> files = painter.manifest().choices().stream().map(model -> model.file).collect(Collectors.toList());
        Catalogue catalogue = Catalogue.of(painter.manifest(), NONE, files.subList(2, 3), files.subList(0, 1));
        assertEquals(files.get(0), catalogue.problems.get(0).file());
        assertEquals(8, catalogue.next().resolution);
        catalogue = catalogue.test(painter);
        assertEquals(16, catalogue.next().resolution);
        assertEquals(null, catalogue.test(painter).next());
    }

    private static List<Integer> resolutions(Catalogue catalogue) {
        return catalogue.models.stream().map(model -> model.resolution).collect(Collectors.toList());
    }

    @Test
    public void theSelfTestNoticesWrongArithmetic() throws Exception {
        Painter grey = new Painter(Exported.original(), GreyInterpreter::new);
        Catalogue catalogue = tested(grey);
        assertTrue(catalogue.models.isEmpty());
        assertEquals(null, catalogue.find(16));
        for (ModelProblem problem : catalogue.problems) {
            assertEquals(ModelProblem.Kind.WRONG_PICTURE, problem.kind());
        }
    }

    @Test
    public void aDamagedModelIsLeftOut() throws Exception {
        Exported copy = Exported.copy(temporary.getRoot().toPath());
        Path file = copy.path(copy.painter().manifest().choices().get(1).file);
        byte[] content = Files.readAllBytes(file);
        content[content.length / 2] ^= 1;
        Files.write(file, content);
        Catalogue catalogue = tested(copy.painter());
        assertEquals(2, catalogue.models.size());
        assertEquals(ModelProblem.Kind.DAMAGED, catalogue.problems.get(0).kind());
        assertEquals(file.getFileName().toString(), catalogue.problems.get(0).file());
    }

    @Test
    public void aTruncatedModelIsDamaged() throws Exception {
        Exported copy = Exported.copy(temporary.getRoot().toPath());
        Model model = copy.painter().manifest().choices().get(0);
        try (var channel = Files.newByteChannel(copy.path(model.file), StandardOpenOption.WRITE)) {
            channel.truncate(1000);
        }
        assertEquals(ModelProblem.Kind.DAMAGED, problem(copy, model));
    }

    @Test
    public void aMissingModelIsMissing() throws Exception {
        Exported copy = Exported.copy(temporary.getRoot().toPath());
        Model model = copy.painter().manifest().choices().get(0);
        Files.delete(copy.path(model.file));
        assertEquals(ModelProblem.Kind.MISSING, problem(copy, model));
    }

    @Test
    public void aMissingManifestIsMissing() throws IOException {
        Painter painter = new Exported(temporary.getRoot().toPath()).painter();
        ModelProblem problem = assertThrows(ModelProblem.class, painter::manifest);
        assertEquals(ModelProblem.Kind.MISSING, problem.kind());
    }

    @Test
    public void whatTheRuntimeRefusesDoesNotRun() throws Exception {
        Model model = Exported.original().painter().manifest().choices().get(0);
        Painter painter = new Painter(Exported.original(), (entry, file) -> {
            throw new IllegalArgumentException("not on this phone");
        });
        ModelProblem problem = assertThrows(ModelProblem.class, () -> painter.draw(model, 0, new float[1], 1));
        assertEquals(ModelProblem.Kind.DOES_NOT_RUN, problem.kind());
    }

    @Test
    public void aClassIsTheOneInItsLabel() throws Exception {
        Painter painter = new Painter(new Labelled(Exported.original()), GreyInterpreter::new);
        Model model = painter.manifest().choices().get(2);
        assertEquals(Arrays.asList("cat", "dog", "bird"), model.labels);
        Subject bird = new Subject(model.resolution, 0, 0, 1).by(model, 2);
        assertEquals(0xff1e1e1e, Face.draw(painter, model, bird).drawn.picture.argb[0]);
        assertEquals(0, bird.by(model, 3).label);
        assertEquals(0, bird.by(model, -1).label);
    }

    private static ModelProblem.Kind problem(Exported exported, Model model) {
        float[] latent = Latents.ofSeed(0, model.latentSize);
        return assertThrows(ModelProblem.class, () -> exported.painter().draw(model, 0, latent, 1)).kind();
    }
}
