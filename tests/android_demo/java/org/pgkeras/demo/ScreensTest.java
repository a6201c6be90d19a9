package org.pgkeras.demo;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.app.Activity;
import android.content.Context;
import android.content.Intent;
import android.content.pm.PackageInfo;
import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.graphics.Insets;
import android.net.Uri;
import android.os.Bundle;
import android.os.Looper;
import android.provider.MediaStore;
import android.view.View;
import android.view.ViewGroup;
import android.view.WindowInsets;
import android.widget.EditText;
import android.widget.SeekBar;
import android.widget.Spinner;
import android.widget.TextView;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.pgkeras.demo.core.Catalogue;
import org.pgkeras.demo.core.Exported;
import org.pgkeras.demo.core.GreyInterpreter;
import org.pgkeras.demo.core.Interpreter;
import org.pgkeras.demo.core.Model;
import org.pgkeras.demo.core.ModelProblem;
import org.pgkeras.demo.core.NamedFace;
import org.pgkeras.demo.core.Painter;
import org.pgkeras.demo.core.Subject;
import org.pgkeras.demo.core.TfLiteInterpreter;
import org.pgkeras.demo.core.Work;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.annotation.Config;
import org.robolectric.annotation.GraphicsMode;
import org.robolectric.shadows.ShadowToast;

/** The screens as a phone runs them: tapped, turned, drawn. */
@RunWith(RobolectricTestRunner.class)
@Config(sdk = 34, application = TestApplication.class, qualifiers = "w411dp-h891dp-xhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
public class ScreensTest {
    private static final int LARGEST = 16;

    private static <A extends Activity> ActivityController<A> open(Class<A> screen, Subject subject) {
        Bundle extras = subject == null ? new Bundle() : SubjectBundle.of(subject);
        Intent intent = new Intent(RuntimeEnvironment.getApplication(), screen).putExtras(extras);
        ActivityController<A> controller = Robolectric.buildActivity(screen, intent).setup();
        settle();
        return controller;
    }

    /** Lets the painter's thread and the screen's thread finish what they have. */
    private static void settle() {
        DemoApplication demo = (DemoApplication) RuntimeEnvironment.getApplication();
        for (int round = 0; round < 4; round++) {
            CountDownLatch done = new CountDownLatch(1);
            demo.worker().execute(done::countDown);
            try {
                done.await();
            } catch (InterruptedException error) {
                throw new AssertionError(error);
            }
            shadowOf(Looper.getMainLooper()).idle();
        }
    }

    private static Bitmap render(Activity activity) {
        View root = activity.getWindow().getDecorView();
        Bitmap bitmap = Bitmap.createBitmap(root.getWidth(), root.getHeight(), Bitmap.Config.ARGB_8888);
        root.draw(new Canvas(bitmap));
        return bitmap;
    }

    private static Bitmap photograph(Activity activity, String name) throws Exception {
        Bitmap bitmap = render(activity);
        try (OutputStream file = new FileOutputStream(new File(System.getProperty("screens"), name + ".png"))) {
            assertTrue(bitmap.compress(Bitmap.CompressFormat.PNG, 100, file));
        }
        return bitmap;
    }

    /** Compares the screen's pixels with Python's interpreter's image, to 1 grey level. */
    private static void checkPicture(Activity activity, long seed) throws Exception {
        checkPicture(activity, Exported.expectedImage(largest(), seed));
    }

    private static Model largest() throws Exception {
        return Exported.original().painter().manifest().choices().get(2);
    }

    private static void checkPicture(Activity activity, byte[] expected) {
        Bitmap screen = render(activity);
        View picture = activity.findViewById(R.id.picture);
        int[] corner = new int[2];
        picture.getLocationInWindow(corner);
        double block = picture.getWidth() / (double) LARGEST;
        for (int i = 0; i < expected.length; i += 3) {
            int x = corner[0] + (int) ((i / 3 % LARGEST + 0.5) * block);
            int y = corner[1] + (int) ((i / 3 / LARGEST + 0.5) * block);
            for (int channel = 0; channel < 3; channel++) {
                int shown = screen.getPixel(x, y) >> (16 - 8 * channel) & 0xff;
                assertEquals("pixel " + i / 3, expected[i + channel] & 0xff, shown, 1);
            }
        }
    }

    private static void type(Activity activity, int field, String text) {
        ((EditText) activity.findViewById(field)).setText(text);
    }

    private static String text(Activity activity, int view) {
        return ((TextView) activity.findViewById(view)).getText().toString();
    }

    @Test
    public void fromTapToPixels() throws Exception {
        Activity activity = open(FaceActivity.class, null).get();
        for (String seed : System.getProperty("seeds").split(",")) {
            type(activity, R.id.seed, seed);
            activity.findViewById(R.id.show).performClick();
            settle();
            checkPicture(activity, Long.parseLong(seed));
            assertEquals(seed, text(activity, R.id.seed));
        }
        assertTrue(text(activity, R.id.status), text(activity, R.id.status).matches("16 × 16 pixels in [0-9.]+ ms"));
        assertEquals(View.GONE, activity.findViewById(R.id.message).getVisibility());
        photograph(activity, "face");
    }

    /** The face "me" has the latent of seed 42. */
    @Test
    public void aFaceWithANameIsChosenAndWalkedFrom() throws Exception {
        Activity activity = open(FaceActivity.class, new Subject(LARGEST, 0, 1, 1)).get();
        Spinner named = activity.findViewById(R.id.named);
        assertEquals("from the seed", named.getSelectedItem());
        named.setSelection(1);
        settle();
        checkPicture(activity, 42);
        assertEquals("Face of me", activity.findViewById(R.id.picture).getContentDescription().toString());
        photograph(activity, "face-named");

        activity.findViewById(R.id.walk).performClick();
        Intent walk = shadowOf(activity).getNextStartedActivity();
        Activity walking = Robolectric.buildActivity(WalkActivity.class, walk).setup().get();
        settle();
        checkPicture(walking, 42);
        type(walking, R.id.destination, "123456");
        ((EditText) walking.findViewById(R.id.destination)).onEditorAction(6);
        settle();
        checkPicture(walking, 42);
        photograph(walking, "walk-named");
        SeekBar slider = walking.findViewById(R.id.slider);
        slide(slider, slider.getMax());
        checkPicture(walking, 123456);

        activity.findViewById(R.id.generate).performClick();
        settle();
        assertEquals("from the seed", named.getSelectedItem());
    }

    @Test
    public void anotherAppsDamagedFaceIsTheSeeds() throws Exception {
        for (float[] latent : new float[][] {{}, {1}, new float[25], nan()}) {
            Subject damaged = new Subject(LARGEST, 0, 42, 1).withFace(new NamedFace("me", latent));
            checkPicture(open(FaceActivity.class, damaged).get(), 42);
        }
    }

    private static float[] nan() {
        float[] latent = new float[25];
        java.util.Arrays.fill(latent, Float.NaN);
        return latent;
    }

    @Test
    public void generateTakesAnotherSeed() {
        Activity activity = open(FaceActivity.class, new Subject(LARGEST, 0, 5_000_000, 1)).get();
        assertEquals("5000000", text(activity, R.id.seed));
        activity.findViewById(R.id.generate).performClick();
        settle();
        String seed = text(activity, R.id.seed);
        assertFalse(seed.equals("5000000"));
        CharSequence described = activity.findViewById(R.id.picture).getContentDescription();
        assertEquals("Generated face of seed " + seed, described.toString());
    }

    @Test
    public void whatIsNoSeedIsExplained() {
        Activity activity = open(FaceActivity.class, new Subject(LARGEST, 0, 1, 1)).get();
        type(activity, R.id.seed, "4294967296");
        activity.findViewById(R.id.show).performClick();
        CharSequence error = ((EditText) activity.findViewById(R.id.seed)).getError();
        assertTrue(error.toString().contains("4294967295"));
    }

    @Test
    public void aLowerResolutionIsDrawnAtOnce() throws Exception {
        Activity activity = open(FaceActivity.class, new Subject(LARGEST, 0, 1, 1)).get();
        Spinner resolutions = activity.findViewById(R.id.resolution);
        assertEquals(3, resolutions.getCount());
        assertEquals("16 × 16", resolutions.getSelectedItem());
        resolutions.setSelection(0);
        settle();
        assertTrue(text(activity, R.id.status).startsWith("4 × 4"));
        photograph(activity, "face-4x4");
    }

    @Test
    public void turningTheScreenInMidGenerationKeepsTheFace() throws Exception {
        ActivityController<FaceActivity> controller = open(FaceActivity.class, new Subject(LARGEST, 0, 1, 1));
        CountDownLatch release = new CountDownLatch(1);
        ((DemoApplication) RuntimeEnvironment.getApplication()).worker().execute(() -> {
            try {
                release.await();
            } catch (InterruptedException error) {
                throw new AssertionError(error);
            }
        });
        type(controller.get(), R.id.seed, "42");
        controller.get().findViewById(R.id.show).performClick();
        Activity before = controller.get();
        RuntimeEnvironment.setQualifiers("+land");
        controller.recreate();
        release.countDown();
        settle();
        Activity after = controller.get();
        assertFalse(before == after);
        assertEquals("42", text(after, R.id.seed));
        photograph(after, "face-landscape");
        assertEquals("Generated face of seed 42", after.findViewById(R.id.picture).getContentDescription().toString());
    }

    @Test
    public void afterTheSystemKilledTheAppTheSeedIsStillThere() throws Exception {
        ActivityController<FaceActivity> first = open(FaceActivity.class, new Subject(LARGEST, 0, 42, 1));
        Bundle state = new Bundle();
        first.pause().stop().saveInstanceState(state).destroy();
        FaceActivity second = Robolectric.buildActivity(FaceActivity.class).setup(state).get();
        settle();
        checkPicture(second, 42);
    }

    @Test
    @Config(application = SlowApplication.class)
    public void theResolutionStaysThoughMoreAreOfferedMeanwhile() throws Exception {
        ActivityController<FaceActivity> first = openWhileOneIsTested(new Subject(LARGEST, 0, 42, 1));
        Bundle state = new Bundle();
        first.pause().stop().saveInstanceState(state).destroy();
        SlowApplication.released.countDown();
        settle();
        FaceActivity second = Robolectric.buildActivity(FaceActivity.class).setup(state).get();
        settle();
        assertEquals("16 × 16", ((Spinner) second.findViewById(R.id.resolution)).getSelectedItem());
        checkPicture(second, 42);
    }

    @Test
    public void backFromHomeTheTypedSeedIsStillThere() throws Exception {
        ActivityController<FaceActivity> controller = open(FaceActivity.class, new Subject(LARGEST, 0, 42, 1));
        type(controller.get(), R.id.seed, "123456");
        controller.pause().stop().restart().start().resume();
        settle();
        assertEquals("123456", text(controller.get(), R.id.seed));
        controller.get().findViewById(R.id.show).performClick();
        settle();
        checkPicture(controller.get(), 123456);
    }

    @Test
    public void backFromHomeTheSeedTypedForAWalkIsStillThere() {
        ActivityController<WalkActivity> controller = open(WalkActivity.class, new Subject(LARGEST, 0, 42, 1));
        type(controller.get(), R.id.from, "123456");
        controller.pause().stop().restart().start().resume();
        settle();
        assertEquals("123456", text(controller.get(), R.id.from));
    }

    @Test
    public void turningTheScreenKeepsTheNameOfAFace() {
        ActivityController<FaceActivity> controller = open(FaceActivity.class, new Subject(LARGEST, 0, 1, 1));
        ((Spinner) controller.get().findViewById(R.id.named)).setSelection(1);
        settle();
        RuntimeEnvironment.setQualifiers("+land");
        controller.recreate();
        settle();
        assertEquals("", text(controller.get(), R.id.seed));
        assertEquals("me", ((EditText) controller.get().findViewById(R.id.seed)).getHint().toString());
    }

    @Test
    public void inTheDark() throws Exception {
        RuntimeEnvironment.setQualifiers("+night");
        photograph(open(FaceActivity.class, new Subject(LARGEST, 0, 42, 1)).get(), "face-night");
    }

    @Test
    public void largeFonts() throws Exception {
        RuntimeEnvironment.setFontScale(2);
        Activity activity = open(FaceActivity.class, new Subject(LARGEST, 0, 42, 1)).get();
        photograph(activity, "face-large-font");
    }

    @Test
    @Config(qualifiers = "w320dp-h480dp-xhdpi")
    public void aSmallScreenScrolls() throws Exception {
        photograph(open(FaceActivity.class, new Subject(LARGEST, 0, 42, 1)).get(), "face-small");
    }

    @Test
    public void galleryEnlargesTheFaceThatIsTapped() throws Exception {
        Activity activity = open(GalleryActivity.class, new Subject(LARGEST, 0, 0, 1)).get();
        photograph(activity, "gallery");
        ViewGroup rows = activity.findViewById(R.id.rows);
        assertEquals(3, rows.getChildCount());
        View cell = ((ViewGroup) rows.getChildAt(1)).getChildAt(2);
        assertEquals("Face of seed 5; tap to enlarge", cell.getContentDescription().toString());
        cell.performClick();
        Intent started = shadowOf(activity).getNextStartedActivity();
        assertEquals(FaceActivity.class.getName(), started.getComponent().getClassName());
        assertEquals(5, SubjectBundle.read(1, started.getExtras()).seed);
        activity.findViewById(R.id.more).performClick();
        settle();
        assertEquals("Face of seed 14; tap to enlarge", cell.getContentDescription().toString());
    }

    @Test
    @Config(application = FlakyApplication.class)
    public void whatFailedOnceIsForgottenWhenItWorks() {
        Activity activity = open(GalleryActivity.class, new Subject(LARGEST, 0, 0, 1)).get();
        FlakyApplication.failing = true;
        activity.findViewById(R.id.more).performClick();
        settle();
        assertEquals(View.VISIBLE, activity.findViewById(R.id.message).getVisibility());
        FlakyApplication.failing = false;
        activity.findViewById(R.id.more).performClick();
        settle();
        assertEquals(View.GONE, activity.findViewById(R.id.message).getVisibility());
    }

    @Test
    public void walkBeginsAndEndsAtTheTwoFaces() throws Exception {
        Activity activity = open(WalkActivity.class, new Subject(LARGEST, 0, 1, 1)).get();
        type(activity, R.id.destination, "42");
        ((EditText) activity.findViewById(R.id.destination)).onEditorAction(6);
        settle();
        checkPicture(activity, 1);
        SeekBar slider = activity.findViewById(R.id.slider);
        slide(slider, slider.getMax());
        checkPicture(activity, 42);
        slide(slider, slider.getMax() / 2);
        photograph(activity, "walk");
    }

    /** Typed, but the keyboard's Done was not pressed. */
    @Test
    public void movingTheSliderWalksBetweenTheSeedsThatAreShown() throws Exception {
        Activity activity = open(WalkActivity.class, new Subject(LARGEST, 0, 1, 1)).get();
        type(activity, R.id.from, "42");
        type(activity, R.id.destination, "123456");
        SeekBar slider = activity.findViewById(R.id.slider);
        slide(slider, 1);
        slide(slider, 0);
        checkPicture(activity, 42);
        slide(slider, slider.getMax());
        checkPicture(activity, 123456);
        type(activity, R.id.destination, "99999999999");
        slide(slider, 0);
        assertNotNull(((EditText) activity.findViewById(R.id.destination)).getError());
        checkPicture(activity, 42);
    }

    /** Moves the slider as a screen reader's user does. */
    private static void slide(SeekBar slider, int position) {
        Bundle arguments = new Bundle();
        arguments.putFloat("android.view.accessibility.action.ARGUMENT_PROGRESS_VALUE", position);
        slider.performAccessibilityAction(android.R.id.accessibilityActionSetProgress, arguments);
        settle();
        assertEquals(position, slider.getProgress());
    }

    @Test
    public void varietyTruncatesOnEveryScreenAndIsRemembered() throws Exception {
        Activity activity = open(FaceActivity.class, new Subject(LARGEST, 0, 42, 1)).get();
        SeekBar slider = activity.findViewById(R.id.variety);
        assertEquals(100, slider.getProgress());
        slide(slider, Math.round(100 * Exported.truncation()));
        byte[] expected = Exported.expectedTruncatedImage(largest(), 42);
        checkPicture(activity, expected);
        assertEquals("70%", text(activity, R.id.variety_value));
        photograph(activity, "face-variety");

        activity.findViewById(R.id.walk).performClick();
        Intent walk = shadowOf(activity).getNextStartedActivity();
        Activity walking = Robolectric.buildActivity(WalkActivity.class, walk).setup().get();
        settle();
        checkPicture(walking, expected);

        Activity later = open(FaceActivity.class, null).get();
        assertEquals(70, ((SeekBar) later.findViewById(R.id.variety)).getProgress());
        type(later, R.id.seed, "42");
        later.findViewById(R.id.show).performClick();
        settle();
        checkPicture(later, expected);
    }

    @Test
    @Config(application = OlderApplication.class)
    public void aModelThatCannotTruncateHasNoSlider() throws Exception {
        Activity activity = open(FaceActivity.class, new Subject(LARGEST, 0, 42, 0.5f)).get();
        assertEquals(View.GONE, activity.findViewById(R.id.variety_row).getVisibility());
        checkPicture(activity, 42);
    }

    @Test
    public void savePutsAPngIntoTheGallery() throws Exception {
        Activity activity = open(FaceActivity.class, new Subject(LARGEST, 0, 42, 1)).get();
        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        Uri uri = Uri.parse(MediaStore.Images.Media.EXTERNAL_CONTENT_URI + "/1");
        shadowOf(activity.getContentResolver()).registerOutputStream(uri, saved);
        activity.findViewById(R.id.save).performClick();
        settle();
        assertEquals("Saved to Pictures/pgkeras", ShadowToast.getTextOfLatestToast());
        byte[] content = saved.toByteArray();
        Bitmap picture = android.graphics.BitmapFactory.decodeByteArray(content, 0, content.length);
        assertEquals(512, picture.getWidth());
        activity.findViewById(R.id.share).performClick();
        settle();
        Intent chooser = shadowOf(RuntimeEnvironment.getApplication()).getNextStartedActivity();
        Intent send = chooser.getParcelableExtra(Intent.EXTRA_INTENT);
        assertEquals(Intent.ACTION_SEND, send.getAction());
        assertNotNull(send.getParcelableExtra(Intent.EXTRA_STREAM));
    }

    @Test
    @Config(application = LabelledApplication.class)
    public void aClassIsChosenByName() throws Exception {
        Activity activity = open(FaceActivity.class, new Subject(LARGEST, 0, 42, 1)).get();
        Spinner classes = activity.findViewById(R.id.label);
        assertEquals("cat", classes.getSelectedItem());
        assertEquals(0xff0a0a0a, pictureColour(activity));
        classes.setSelection(2);
        settle();
        assertEquals(0xff1e1e1e, pictureColour(activity));
        assertEquals("42", text(activity, R.id.seed));
        photograph(activity, "face-class");
        ((Spinner) activity.findViewById(R.id.resolution)).setSelection(0);
        settle();
        assertEquals(View.GONE, activity.findViewById(R.id.label_row).getVisibility());
    }

    @Test
    @Config(application = LabelledApplication.class)
    public void anotherAppsNonsenseIsAFace() throws Exception {
        Activity activity = open(FaceActivity.class, new Subject(-1, -1, -1, 1)).get();
        assertEquals("cat", ((Spinner) activity.findViewById(R.id.label)).getSelectedItem());
        assertEquals(0xff0a0a0a, pictureColour(activity));
        assertEquals("4294967295", text(activity, R.id.seed));
    }

    private static int pictureColour(Activity activity) {
        View picture = activity.findViewById(R.id.picture);
        int[] corner = new int[2];
        picture.getLocationInWindow(corner);
        return render(activity).getPixel(corner[0] + 1, corner[1] + 1);
    }

    @Test
    @Config(application = LabelledApplication.class)
    public void whateverIsChosenNextTheTypedSeedIsDrawn() throws Exception {
        Activity activity = open(FaceActivity.class, new Subject(LARGEST, 0, 1, 1)).get();
        type(activity, R.id.seed, "42");
        ((Spinner) activity.findViewById(R.id.label)).setSelection(2);
        settle();
        assertEquals("Generated face of seed 42", described(activity));
        type(activity, R.id.seed, "43");
        ((Spinner) activity.findViewById(R.id.resolution)).setSelection(0);
        settle();
        assertEquals("Generated face of seed 43", described(activity));
        type(activity, R.id.seed, "44");
        slide(activity.findViewById(R.id.variety), 70);
        assertEquals("Generated face of seed 44", described(activity));
    }

    private static String described(Activity activity) {
        return activity.findViewById(R.id.picture).getContentDescription().toString();
    }

    @Test
    @Config(application = DamagedApplication.class)
    public void damagedAndMissingModelsAreNamedAndLeftOut() throws Exception {
        Activity activity = open(FaceActivity.class, new Subject(4, 0, 42, 1)).get();
        String message = text(activity, R.id.message);
        assertTrue(message, message.contains("generator_0004_float16.tflite is damaged"));
        assertTrue(message, message.contains("generator_0008_float16.tflite is missing"));
        assertEquals(1, ((Spinner) activity.findViewById(R.id.resolution)).getCount());
        checkPicture(activity, 42);
        photograph(activity, "face-damaged");
    }

    @Test
    @Config(application = SlowApplication.class)
    public void theFirstFaceWaitsForOneTest() throws Exception {
        Activity activity = openWhileOneIsTested(new Subject(LARGEST, 0, 42, 1)).get();
        Spinner resolutions = activity.findViewById(R.id.resolution);
        checkPicture(activity, 42);
        assertEquals(1, resolutions.getCount());
        assertTrue(activity.findViewById(R.id.generate).isEnabled());
        SlowApplication.released.countDown();
        settle();
        assertEquals(3, resolutions.getCount());
        assertEquals("16 × 16", resolutions.getSelectedItem());
        checkPicture(activity, 42);
    }

    /** Of an app that opens no other model yet. */
    private static ActivityController<FaceActivity> openWhileOneIsTested(Subject subject) throws Exception {
        Intent asking = new Intent().putExtras(SubjectBundle.of(subject));
        ActivityController<FaceActivity> controller = Robolectric.buildActivity(FaceActivity.class, asking).setup();
        View picture = controller.get().findViewById(R.id.picture);
        for (int tenth = 0; tenth < 300 && picture.getContentDescription() == null; tenth++) {
            Thread.sleep(100);
            shadowOf(Looper.getMainLooper()).idle();
        }
        return controller;
    }

    /** With a runtime that draws nothing but grey, no model passes a test; those that need none are offered. */
    @Test
    @Config(application = DamagedApplication.class)
    public void eachPassIsRememberedUntilTheNextInstallation() throws Exception {
        settle();
        Context context = RuntimeEnvironment.getApplication();
        assertEquals(Arrays.asList(16), offered(new Painter(Exported.original(), GreyInterpreter::new)));
        PackageInfo installed = context.getPackageManager().getPackageInfo(context.getPackageName(), 0);
        installed.lastUpdateTime++;
        shadowOf(context.getPackageManager()).installPackage(installed);
        assertEquals(Arrays.asList(), offered(new Painter(Exported.original(), GreyInterpreter::new)));
    }

    private static List<Integer> offered(Painter painter) throws Exception {
        Work<Catalogue> never = new Work<>(task -> {}, task -> {});
        Catalogue opened = new OpenCatalogue(RuntimeEnvironment.getApplication(), painter, never).run();
        return opened.models.stream().map(model -> model.resolution).collect(Collectors.toList());
    }

    /** A runtime that takes the process with it, as far as a test can: its error is nobody's. */
    @Test
    @Config(application = EmptyApplication.class)
    public void aModelThatEndsTheProcessIsTestedLastAndThenLeftOut() throws Exception {
        Interpreter.Factory working = new TfLiteInterpreter.Factory();
        Painter painter = new Painter(Exported.original(), (model, file) -> {
            if (model.resolution == LARGEST) {
                throw new AssertionError("killed");
            }
            return working.open(model, file);
        });
        assertEquals("killed", start(painter, Arrays.asList()));
        assertEquals("killed", start(painter, Arrays.asList(4, 8)));
        assertEquals("killed", start(painter, Arrays.asList(4, 8)));
        assertEquals("left out", start(painter, Arrays.asList(4, 8)));
    }

    /** How an app with a painter ends that tests its models, and what it offered until then. */
    private static String start(Painter painter, List<Integer> expected) {
        Work<Catalogue> work = new Work<>(Runnable::run, Runnable::run);
        List<Integer> offered = new ArrayList<>();
        String[] end = {"all offered"};
        work.observe(new Work.Observer<Catalogue>() {
            @Override
            public void busy() {}

            @Override
            public void done(Catalogue catalogue) {
                offered.clear();
                catalogue.models.forEach(model -> offered.add(model.resolution));
                catalogue.problems.forEach(problem -> end[0] = "left out");
            }

            @Override
            public void failed(ModelProblem problem) {
                throw new AssertionError(problem);
            }
        });
        try {
            work.start(new OpenCatalogue(RuntimeEnvironment.getApplication(), painter, work));
            shadowOf(Looper.getMainLooper()).idle();
        } catch (AssertionError error) {
            end[0] = error.getMessage();
        }
        assertEquals(expected, offered);
        return end[0];
    }

    @Test
    @Config(application = EmptyApplication.class)
    public void withoutAManifestThereIsAMessage() throws Exception {
        Activity activity = open(FaceActivity.class, null).get();
        assertTrue(text(activity, R.id.message).startsWith("manifest.json is missing"));
        assertFalse(activity.findViewById(R.id.generate).isEnabled());
        assertFalse(activity.findViewById(R.id.save).isEnabled());
        photograph(activity, "face-empty");
    }

    @Test
    public void contentKeepsClearOfTheBars() {
        Activity activity = open(FaceActivity.class, new Subject(LARGEST, 0, 42, 1)).get();
        View content = activity.findViewById(android.R.id.content);
        WindowInsets bars = new WindowInsets.Builder().setSystemWindowInsets(Insets.of(1, 20, 3, 40)).build();
        content.dispatchApplyWindowInsets(bars);
        int[] padding = {
            content.getPaddingLeft(), content.getPaddingTop(), content.getPaddingRight(), content.getPaddingBottom()
        };
        assertArrayEquals(new int[] {1, 20, 3, 40}, padding);
    }
}
