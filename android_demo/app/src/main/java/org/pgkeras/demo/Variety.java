package org.pgkeras.demo;

import android.content.Context;
import android.content.SharedPreferences;
import android.widget.SeekBar;
import android.widget.TextView;

/** A slider for the truncation, in percent; the app remembers where it was. */
final class Variety {
    /** Who wants to know where the slider is moved. */
    interface Listener {
        void onTruncation(float truncation);
    }

    private static final String PREFERENCES = "variety";
    private static final String TRUNCATION = "truncation";
    private static final float PERCENT = 100;

    private final SeekBar slider;
    private final TextView value;

    /** @param value shows the percentage. */
    Variety(SeekBar slider, TextView value, final Listener listener) {
        this.slider = slider;
        this.value = value;
        slider.setOnSeekBarChangeListener(new SeekBar.OnSeekBarChangeListener() {
            @Override
            public void onProgressChanged(SeekBar bar, int progress, boolean byUser) {
                showValue();
                if (byUser) {
                    listener.onTruncation(progress / PERCENT);
                }
            }

            @Override
            public void onStartTrackingTouch(SeekBar bar) {}

            @Override
            public void onStopTrackingTouch(SeekBar bar) {}
        });
    }

    void show(float truncation) {
        slider.setProgress(Math.round(truncation * PERCENT));
        showValue();
    }

    /** The truncation of the last {@link #remember}; all of the variety at first. */
    static float remembered(Context context) {
        return preferences(context).getFloat(TRUNCATION, 1);
    }

    static void remember(Context context, float truncation) {
        preferences(context).edit().putFloat(TRUNCATION, truncation).apply();
    }

    private void showValue() {
        value.setText(value.getContext().getString(R.string.percent, slider.getProgress()));
    }

    private static SharedPreferences preferences(Context context) {
        return context.getSharedPreferences(PREFERENCES, Context.MODE_PRIVATE);
    }
}
