PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
DEMO := build/demo
# Photos to learn from; by default those that scikit-image carries.
PHOTOS ?= $(DEMO)/photos
override PHOTOS := $(patsubst %/,%,$(PHOTOS))
# Models for the app; by default the demo's, which are trained if they are not there.
EXPORTED ?= $(DEMO)/exported
APK := pgkeras-demo.apk
SAMPLE := $(filter $(DEMO)/photos,$(PHOTOS))

.PHONY: demo apk test lint format coverage docs lock clean

.venv/installed: requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt --editable .
	@# Tests read TFLite metadata with it. It asks for a protobuf that is too old for the rest.
	$(BIN)/python -m pip install --quiet --no-deps 'tflite-support==0.4.4; python_version < "3.12"'
	touch $@

demo: .venv/installed
	@test -n "$(SAMPLE)" -o -e "$(PHOTOS)" || { echo "PHOTOS=$(PHOTOS): no such file or folder"; exit 2; }
	rm -rf $(DEMO) $(APK)
	$(MAKE) $(DEMO)/exported
	@$(BIN)/python android_demo/build_apk.py $(DEMO)/exported --out $(APK) || echo "no APK yet; install what is missing, then: make apk"
	@$(BIN)/python export/to_web.py $(DEMO)/exported --out $(DEMO)/site || echo "no page for browsers yet"
	@echo
	@echo "$(DEMO)/grid.png               left, 64 people who don't exist; right, faces that they were learned from"
	@echo "$(DEMO)/runs/00000-faces-32/   the training: samples/, stats.jsonl, tensorboard/, generators/"
	@echo "$(DEMO)/exported/              the generators of every resolution for phones, and manifest.json"
	@test ! -e $(APK) || echo "$(APK)               the Android app around them"
	@test ! -e $(DEMO)/site || echo "$(DEMO)/site/                  the page for every other phone: python -m http.server --directory $(DEMO)/site"

$(DEMO)/exported: | .venv/installed
	rm -rf $(DEMO)
	$(if $(SAMPLE),$(BIN)/python demo/sample_photos.py "$(PHOTOS)")
	$(BIN)/python preprocessing/crop_faces.py "$(PHOTOS)" --out $(DEMO)/faces.npz --size 32
	$(BIN)/python -m pgkeras.train $(DEMO)/faces.npz --out $(DEMO)/runs --preset quick --minutes 7
	$(BIN)/python -m pgkeras.generate $(DEMO)/runs/00000-faces-32 --out $(DEMO)/grid.png --num 64 --scale 3 --with-reals
	$(BIN)/python export/to_tflite.py $(DEMO)/runs/00000-faces-32 --out $@

apk: .venv/installed $(EXPORTED)
	$(BIN)/python android_demo/install_tools.py
	$(BIN)/python android_demo/build_apk.py $(EXPORTED) --out $(APK)

test: .venv/installed lint
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

# The lines that no test runs. Processes that tests start count as tests, too.
coverage: .venv/installed
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder --cov

docs: .venv/installed
	$(BIN)/mkdocs build --strict

# Keeps the versions that are there, unless UPGRADE=--upgrade.
LOCK = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --annotation-style line \
    --custom-compile-command "make lock" $(UPGRADE)
EXTRAS := tensorflow faces export serve judge formats heic onnx ray

lock: .venv/installed
	$(BIN)/python -m pip install --quiet uv==0.13.9
	$(LOCK) pyproject.toml $(EXTRAS:%=--extra %) --group dev --group docs -o requirements-dev.txt
	$(LOCK) requirements.in -c requirements-dev.txt -o requirements.txt
	$(LOCK) requirements-fidelity.in -c requirements-dev.txt -o requirements-fidelity.txt

format: .venv/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv build $(APK)
