package org.pgkeras.demo.core;

import static org.junit.Assert.assertEquals;

import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.tensorflowlite.BuiltinOpResolver;
import org.bytedeco.tensorflowlite.global.tensorflowlite;
import org.junit.Test;

/** What the exporter believes of the app's runtime. */
public class RuntimeTest {
    private static final int OPERATORS = 1000;
    private static final int VERSIONS = 100;

    @Test
    public void theRuntimeHasTheOperatorsThatModelsMayUse() throws Exception {
        Class.forName(TfLiteInterpreter.class.getName()); // loads the libraries
        Map<Integer, Integer> newest = new TreeMap<>();
        try (BuiltinOpResolver resolver = new BuiltinOpResolver()) {
            for (int operator = 0; operator < OPERATORS; operator++) {
                for (int version = 1; version < VERSIONS; version++) {
                    if (resolver.FindOp(operator, version) != null) {
                        newest.put(operator, version);
                    }
                }
            }
        }
        Map<Integer, Integer> expected = new TreeMap<>();
        for (String each : System.getProperty("operators").split(" ")) {
            String[] pair = each.split(":");
            expected.put(Integer.valueOf(pair[0]), Integer.valueOf(pair[1]));
        }
        assertEquals(expected, newest);
    }

    @Test
    public void itsVersionIsTheArtifacts() throws Exception {
        Class.forName(TfLiteInterpreter.class.getName());
        assertEquals(System.getProperty("runtime"), tensorflowlite.TfLiteVersion().getString());
    }
}
