plugins {
    alias(libs.plugins.android.application)
}

// The exported folder; another one: -Pexported=/path/to/exported
val exported = file(providers.gradleProperty("exported").getOrElse("../../exported"))

// As build_apk.py does: of each resolution one model, float16 where there is one, and nothing that is not for the app.
val chooseModels by tasks.registering(Sync::class) {
    if (!exported.resolve("manifest.json").isFile) {
        throw GradleException("$exported has no manifest.json: give a folder of export/to_tflite.py with -Pexported")
    }
    val files = exported.list().orEmpty().sorted()
    val models = listOf("float16", "float32", "dynamic", "int8")
        .flatMap { quantization -> files.filter { it.endsWith("_$quantization.tflite") } }
        .distinctBy { it.substringBeforeLast("_") }
    from(exported) { include(models + "manifest.json") }
    into(layout.buildDirectory.dir("exported"))
}
tasks.named("preBuild") { dependsOn(chooseModels) }

android {
    namespace = "org.pgkeras.demo"
    compileSdk = 35

    defaultConfig {
        minSdk = 29
        targetSdk = 35
        versionCode = 100
        versionName = "0.1.0"
        ndk { abiFilters += listOf("arm64-v8a", "x86_64") }
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

    packaging {
        jniLibs { useLegacyPackaging = true } // deflated, and unpacked by the installer
        resources { excludes += "META-INF/**" }
    }

    sourceSets.getByName("main").assets.srcDir(layout.buildDirectory.dir("exported"))
}

dependencies {
    implementation(libs.tensorflow.lite)
    for (system in listOf("android-arm64", "android-x86_64")) {
        runtimeOnly(variantOf(libs.tensorflow.lite) { classifier(system) })
        runtimeOnly(variantOf(libs.javacpp) { classifier(system) })
    }
}
