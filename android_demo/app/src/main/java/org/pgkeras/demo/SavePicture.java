package org.pgkeras.demo;

import android.content.ClipData;
import android.content.ContentResolver;
import android.content.ContentValues;
import android.content.Context;
import android.content.Intent;
import android.graphics.Bitmap;
import android.net.Uri;
import android.os.Environment;
import android.provider.MediaStore;
import android.util.Log;
import android.widget.Toast;
import java.io.IOException;
import java.io.OutputStream;
import org.pgkeras.demo.core.Face;
import org.pgkeras.demo.core.Picture;

/** Saves a face to the phone's gallery, and then shares it if asked to. */
final class SavePicture implements Runnable {
    private static final String FOLDER = Environment.DIRECTORY_PICTURES + "/pgkeras";
    private static final String PNG = "image/png";
    private static final int SMALLEST_SIDE = 512;

    private final Context application;
    private final Face face;
    private final boolean share;

    SavePicture(Context context, Face face, boolean share) {
        application = context.getApplicationContext();
        this.face = face;
        this.share = share;
    }

    @Override
    public void run() {
        Uri saved = null;
        try {
            saved = save();
        } catch (IOException | RuntimeException error) {
            Log.w("pgkeras", "a picture could not be saved", error);
        }
        final Uri outcome = saved;
        application.getMainExecutor().execute(new Runnable() {
            @Override
            public void run() {
                tell(outcome);
            }
        });
    }

    private Uri save() throws IOException {
        ContentResolver resolver = application.getContentResolver();
        ContentValues entry = new ContentValues();
        entry.put(MediaStore.Images.Media.DISPLAY_NAME, name());
        entry.put(MediaStore.Images.Media.MIME_TYPE, PNG);
        entry.put(MediaStore.Images.Media.RELATIVE_PATH, FOLDER);
        entry.put(MediaStore.Images.Media.IS_PENDING, 1);
        Uri uri = resolver.insert(MediaStore.Images.Media.EXTERNAL_CONTENT_URI, entry);
        if (uri == null) {
            throw new IOException("the media store takes no entry");
        }
        try {
            write(uri);
            entry.clear();
            entry.put(MediaStore.Images.Media.IS_PENDING, 0);
            resolver.update(uri, entry, null, null);
            return uri;
        } catch (IOException | RuntimeException error) {
            resolver.delete(uri, null, null);
            throw error;
        }
    }

    private String name() {
        String which = face.subject.face == null ? "seed_" + face.subject.seed : face.subject.face.name;
        String name = "face_" + face.subject.resolution + "_" + which.replaceAll("[^\\p{L}\\p{N}]+", "_");
        return (face.subject.truncation == 1 ? name : name + "_truncation_" + face.subject.truncation) + ".png";
    }

    private void write(Uri uri) throws IOException {
        try (OutputStream stream = application.getContentResolver().openOutputStream(uri)) {
            if (stream == null || !PixelView.bitmap(large()).compress(Bitmap.CompressFormat.PNG, 100, stream)) {
                throw new IOException("the media store takes no bytes");
            }
        }
    }

    private Picture large() {
        Picture picture = face.drawn.picture;
        return picture.enlarged(Math.max(1, SMALLEST_SIDE / picture.side));
    }

    private void tell(Uri saved) {
        if (saved == null) {
            Toast.makeText(application, R.string.not_saved, Toast.LENGTH_LONG).show();
            return;
        }
        Toast.makeText(application, application.getString(R.string.saved, FOLDER), Toast.LENGTH_SHORT).show();
        if (share) {
            Intent send = new Intent(Intent.ACTION_SEND)
                    .setType(PNG)
                    .putExtra(Intent.EXTRA_STREAM, saved)
                    .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION);
            send.setClipData(ClipData.newRawUri(null, saved));
            Intent chooser = Intent.createChooser(send, application.getText(R.string.share));
            application.startActivity(chooser.addFlags(Intent.FLAG_ACTIVITY_NEW_TASK));
        }
    }
}
