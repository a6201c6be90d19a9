package org.pgkeras.demo;

import android.app.Activity;
import android.view.DisplayCutout;
import android.view.View;
import android.view.WindowInsets;

/** Screens from edge to edge, as Android 15 draws them all. */
final class EdgeToEdge {
    private EdgeToEdge() {}

    /** Keeps a screen's content clear of the bars, the keyboard and the camera's cutout. */
    static void keepClear(Activity activity) {
        final View content = activity.findViewById(android.R.id.content);
        content.setOnApplyWindowInsetsListener(new View.OnApplyWindowInsetsListener() {
            @Override
            @SuppressWarnings("deprecation") // its successor begins with API 30
            public WindowInsets onApplyWindowInsets(View view, WindowInsets insets) {
                DisplayCutout cutout = insets.getDisplayCutout();
                content.setPadding(
                        Math.max(insets.getSystemWindowInsetLeft(), cutout == null ? 0 : cutout.getSafeInsetLeft()),
                        Math.max(insets.getSystemWindowInsetTop(), cutout == null ? 0 : cutout.getSafeInsetTop()),
                        Math.max(insets.getSystemWindowInsetRight(), cutout == null ? 0 : cutout.getSafeInsetRight()),
                        Math.max(insets.getSystemWindowInsetBottom(), cutout == null ? 0 : cutout.getSafeInsetBottom()));
                return insets.consumeSystemWindowInsets();
            }
        });
    }
}
