package org.pgkeras.demo;

import android.content.Context;
import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.graphics.Paint;
import android.graphics.Rect;
import android.util.AttributeSet;
import android.view.View;
import org.pgkeras.demo.core.Picture;

/** A square picture, as large as fits; the pixels of a small one stay squares with sharp edges. */
public final class PixelView extends View {
    private static final int SMOOTH_FROM = 128;
    private static final double SHARE_OF_HEIGHT = 0.6;

    private final Paint paint = new Paint();
    private final Rect target = new Rect();
    private Bitmap bitmap;

    public PixelView(Context context, AttributeSet attributes) {
        super(context, attributes);
    }

    /** @param picture null shows nothing. */
    void setPicture(Picture picture) {
        bitmap = picture == null ? null : bitmap(picture);
        paint.setFilterBitmap(picture != null && picture.side >= SMOOTH_FROM);
        invalidate();
    }

    static Bitmap bitmap(Picture picture) {
        return Bitmap.createBitmap(picture.argb, picture.side, picture.side, Bitmap.Config.ARGB_8888);
    }

    @Override
    protected void onMeasure(int widthSpec, int heightSpec) {
        int longest = (int) (getResources().getDisplayMetrics().heightPixels * SHARE_OF_HEIGHT);
        int side = Math.min(MeasureSpec.getSize(widthSpec), longest);
        setMeasuredDimension(side, side);
    }

    @Override
    protected void onDraw(Canvas canvas) {
        if (bitmap != null) {
            target.set(0, 0, getWidth(), getHeight());
            canvas.drawBitmap(bitmap, null, target, paint);
        }
    }
}
