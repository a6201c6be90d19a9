plugins {
    alias(libs.plugins.android.application)
}

android {
    namespace = "org.pgkeras.demo"
    compileSdk = 35

    defaultConfig {
        minSdk = 29
        targetSdk = 35
        versionCode = 100
        versionName = "0.1.0"
        ndk { abiFilters += listOf("arm64-v8a", "armeabi-v7a", "x86_64") }
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_1_8
        targetCompatibility = JavaVersion.VERSION_1_8
    }

    signingConfigs.getByName("debug") {
        storeFile = rootProject.file("debug.p12")
        storeType = "pkcs12"
        storePassword = "android"
        keyAlias = "demo"
        keyPassword = "android"
    }

    androidResources { noCompress += "tflite" }

    // The exported folder; another one: -Pexported=/path/to/exported
    sourceSets.getByName("main").assets.srcDir(providers.gradleProperty("exported").orElse("../../exported"))
}

dependencies {
    implementation(libs.tensorflow.lite)
}
