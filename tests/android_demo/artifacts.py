"""What the tests on the JVM use, from Maven Central: coordinates, versions and digests, in one table."""

from android_demo.apk.artifacts import BINDINGS, RUNTIME, Artifact, libraries

_ROBOLECTRIC = "org.robolectric"

JSON = Artifact("org.json", "json", "20240303", "3cf6cd6892e32e2b4c1c39e0f52f5248a2f5b37646fdfbb79a66b46b618414ed")
JUNIT = (
    Artifact("junit", "junit", "4.13.2", "8e495b634469d64fb8acfa3495a065cbacc8a0fff55ce1e31007be4c16dc57d3"),
    Artifact(
        "org.hamcrest", "hamcrest-core", "1.3", "66fdef91e9739348df7a096aa384a5685f4e875584cce89386a7a47251c4d8e9"
    ),
)
# The app's runtime for the desktop.
DESKTOP_LIBRARIES = (
    *libraries(RUNTIME, {"linux-x86_64": "97061333854967aadf2f092681d63af90b804db3800f007cffd24a2901f4bc72"}),
    *libraries(BINDINGS, {"linux-x86_64": "1efab617735a44529bb85daaaefabe46c8686582989c46593c36569e9786fdaa"}),
)
# A runtime whose libraries are for pages of 4 KB.
OLD_RUNTIME = Artifact(
    "org.tensorflow",
    "tensorflow-lite",
    "2.16.1",
    "34b065817e294e7dd3569504e8b9454938ceae453b6a459da54d5f6e45d3c94e",
    extension="aar",
)
# Android 14 for the JVM, as Robolectric has prepared it.
ANDROID = Artifact(
    _ROBOLECTRIC,
    "android-all-instrumented",
    "14-robolectric-10818077-i7",
    "3fdac2d463f431c6b8d83b9d0ca739e795de75fffedee648c6761bd4bd864701",
)
_ROBOLECTRIC_PARTS = {
    "annotations": "65a55f0b3cbcfbfc675b0c9075a30edc3b95e6e772a911d874197cc528c9d7b1",
    "junit": "c5b1a61599347ab9a5dc692104b457cd3c31375cd6eecf9b956749309091b5e8",
    "nativeruntime": "55e339282dde0466dcfbce0fd861562bed59bc43f41012d21d750d07147c9e98",
    "pluginapi": "ba72852745647202c40f1937ddca813bfa1be7707f84e3f65beae2c49d592174",
    "plugins-maven-dependency-resolver": "6643b0d9bfdf192a4b971f50e61aa93816b75b9a4334e693f0e2dcedc88b944a",
    "resources": "fb16b2c000cc1b91c6f26b6f6c08459e5b1ee35d99cfb908f20a73a05f3f962c",
    "robolectric": "ebfd48a0255689b0e58a3bbc6c794dc0c0d7b48ce31006fe2613cf7548cba229",
    "sandbox": "14a9bd67d4765c5d6c4ff57ddf339cb447e63df4a46bac650c093a15e2209bdf",
    "shadowapi": "6f997b1c0d169a01a967dff2661a95f4c2c2b5b008e8b9e1fba0b2682d6f8c6d",
    "shadows-framework": "a59802cffec783aa0e7df1489b0c2ce1126ef7cdedb940ffc378eb61e86958c8",
    "utils": "8088e94dcaa5cd36251492b1e1155ea2b636756b2271dbbb2d325a012c8a30e2",
    "utils-reflector": "f1c49f95cb3a94ec6fcebfdf1753dd12a879ce5703b3b851f63fb8b412210eb9",
}
ROBOLECTRIC = (
    *(Artifact(_ROBOLECTRIC, name, "4.16.1", sha256) for name, sha256 in _ROBOLECTRIC_PARTS.items()),
    Artifact(
        _ROBOLECTRIC,
        "nativeruntime-dist-compat",
        "1.0.18",
        "a6c34d92c990754e5aee076032a36f8e38fcacb5eb878ebe0a324509f3864eef",
    ),
    Artifact(
        "androidx.test",
        "monitor",
        "1.8.0",
        "56cb7496a06d9f2dca7d3ff76c50a8a30bd18e00a24a3b267d5a31437b278e67",
        extension="aar",
    ),
    Artifact(
        "androidx.test.espresso",
        "espresso-idling-resource",
        "3.7.0",
        "5ff62326b49c308c1d060466ae3cf4aa0e3deaf9295f077a6886048dda3e9b14",
        extension="aar",
    ),
    Artifact(
        "com.almworks.sqlite4java",
        "sqlite4java",
        "1.0.392",
        "243a64470fda0e86a6fddeb0af4c7aa9426ce84e68cbfe18d75ee5da4b7e0b92",
    ),
    Artifact(
        "com.google.auto.value",
        "auto-value-annotations",
        "1.11.0",
        "5a055ce4255333b3346e1a8703da5bf8ff049532286fdcd31712d624abe111dd",
    ),
    Artifact(
        "com.google.guava",
        "failureaccess",
        "1.0.3",
        "cbfc3906b19b8f55dd7cfd6dfe0aa4532e834250d7f080bd8d211a3e246b59cb",
    ),
    Artifact(
        "com.google.guava", "guava", "33.4.8-jre", "f3d7f57f67fd622f4d468dfdd692b3a5e3909246c28017ac3263405f0fe617ed"
    ),
    Artifact("com.ibm.icu", "icu4j", "77.1", "b3640b9f416a4411fd33c59abbeea8fd57d024c23e1819bf9673220a97499fe3"),
    Artifact(
        "javax.annotation",
        "javax.annotation-api",
        "1.3.2",
        "e04ba5195bcd555dc95650f7cc614d151e4bcd52d29a10b8aa2197f3ab89ab9b",
    ),
    Artifact("javax.inject", "javax.inject", "1", "91c77044a50c481636c32d916fd89c9118a72195390452c81065080f957de7ff"),
    Artifact(
        "org.bouncycastle",
        "bcprov-jdk18on",
        "1.81",
        "249f396412b0c0ce67f25c8197da757b241b8be3ec4199386c00704a2457459b",
    ),
    Artifact(
        "org.conscrypt",
        "conscrypt-openjdk-uber",
        "2.5.2",
        "eaf537d98e033d0f0451cd1b8cc74e02d7b55ec882da63c88060d806ba89c348",
    ),
    Artifact("org.ow2.asm", "asm", "9.8", "876eab6a83daecad5ca67eb9fcabb063c97b5aeb8cf1fca7a989ecde17522051"),
    Artifact("org.ow2.asm", "asm-commons", "9.8", "3301a1c1cb4c59fcc5292648dac1d7c5aed4c0f067dfbe88873b8cdfe77404f4"),
    Artifact("org.ow2.asm", "asm-tree", "9.8", "14b7880cb7c85eed101e2710432fc3ffb83275532a6a894dc4c4095d49ad59f1"),
    Artifact("org.yaml", "snakeyaml", "2.4", "ef779af5d29a9dde8cc70ce0341f5c6f7735e23edff9685ceaa9d35359b7bb7f"),
)
