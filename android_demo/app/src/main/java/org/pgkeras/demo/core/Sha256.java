package org.pgkeras.demo.core;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;

/** SHA-256 digests as text. */
public final class Sha256 {
    private Sha256() {}

    /** Of a buffer's remaining bytes, whose position stays, in lower-case hexadecimal digits. */
    public static String of(ByteBuffer bytes) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
        digest.update(bytes.duplicate());
        StringBuilder text = new StringBuilder();
        for (byte each : digest.digest()) {
            text.append(String.format(Locale.ROOT, "%02x", each));
        }
        return text.toString();
    }
}
