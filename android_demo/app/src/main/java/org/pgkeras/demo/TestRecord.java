package org.pgkeras.demo;

import android.content.Context;
import android.content.SharedPreferences;
import android.content.pm.PackageManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What became of each model's self-tests since the app was installed or updated. */
final class TestRecord {
    private static final String PREFERENCES = "self-test"; // by model, PASSED or how many tests have not ended
    private static final String INSTALLATION = "installation";
    private static final int PASSED = -1;
    private static final int MOST_UNENDED = 3;

    private final SharedPreferences preferences;

    TestRecord(Context context) {
        preferences = context.getSharedPreferences(PREFERENCES, Context.MODE_PRIVATE);
        long installation = installationTime(context);
        if (!Long.valueOf(installation).equals(preferences.getAll().get(INSTALLATION))) {
            preferences.edit().clear().putLong(INSTALLATION, installation).commit();
        }
    }

    /** Files of the models that need no test. */
    List<String> passed() {
        return files(PASSED, PASSED);
    }

    /** Files of the models whose last test has not ended: the process did, perhaps because of them. */
    List<String> suspects() {
        return files(1, MOST_UNENDED - 1);
    }

    /** Files of the models with too many tests that have not ended. */
    List<String> fatal() {
        return files(MOST_UNENDED, Integer.MAX_VALUE);
    }

    /** Is on the disk before it returns: the test may end the process. */
    void begin(String file) {
        preferences.edit().putInt(file, preferences.getInt(file, 0) + 1).commit();
    }

    void end(String file, boolean passed) {
        SharedPreferences.Editor editor = preferences.edit();
        (passed ? editor.putInt(file, PASSED) : editor.remove(file)).apply();
    }

    private List<String> files(int least, int most) {
        List<String> files = new ArrayList<>();
        for (Map.Entry<String, ?> entry : preferences.getAll().entrySet()) {
            if (entry.getValue() instanceof Integer) {
                int state = (Integer) entry.getValue();
                if (least <= state && state <= most) {
                    files.add(entry.getKey());
                }
            }
        }
        return files;
    }

    private static long installationTime(Context context) {
        try {
            return context.getPackageManager().getPackageInfo(context.getPackageName(), 0).lastUpdateTime;
        } catch (PackageManager.NameNotFoundException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
