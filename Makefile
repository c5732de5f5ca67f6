# Every entry point of the project. `make help` lists them; the desk, the developer and CI run the same ones.

PYTHON ?= python3
BIN := .venv/bin
VOTERS ?= 200
GROUP ?= Ed25519
OUT ?= out/election
TESTS ?=

.DEFAULT_GOAL := help
.PHONY: help setup run serve init test check election bench lock migration translations booth machine clean

help:  ## list the entry points
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/ready  ## the environment in .venv alone

run: .venv/ready  ## a sample community with an election open for voting, on http://127.0.0.1:8000
	@sh tests/machine.sh font || true
	$(BIN)/voting run

init: .venv/ready  ## found a real installation: make init ARGS='--community … --login … --name …'
ifeq ($(strip $(ARGS)),)
	@echo "请写明社区和第一位管理员，例如 / name the community and the first administrator, for example:"
	@echo "  make init ARGS='--city 甲市 --district 甲区 --street 甲街道 --community 阳光社区 --login admin --name 何玉梅'"; exit 2
else
	$(BIN)/voting init $(ARGS)
endif

serve: .venv/ready  ## serve a real installation (after make init)
	$(BIN)/voting serve

test: check machine  ## everything, browser journeys included (TESTS=path runs a part)
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(TESTS)

check: .venv/tested  ## ruff, mypy strict, architecture
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_architecture.py

election: .venv/ready  ## the whole main job without a person [VOTERS=200 GROUP=Ed25519 OUT=out/election]
	$(BIN)/voting election --voters $(VOTERS) --group $(GROUP) --out $(OUT)

bench: .venv/tested  ## the measurements, in one table with their bars
	$(BIN)/python -m bench

lock:  ## resolve requirements/*.in into locked, hashed *.txt (needs uv)
	cd requirements && for part in run test; do \
	  uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	    --custom-compile-command 'make lock' $$part.in --output-file $$part.txt || exit 1; done

migration: .venv/ready  ## write the next database migration: make migration MESSAGE='what changed'
	$(BIN)/voting migration '$(MESSAGE)'
	-$(BIN)/ruff format --quiet voting/migrations/versions

translations: .venv/ready  ## collect the message keys into the English catalogue and compile it
	$(BIN)/python -m voting.i18n collect
	$(BIN)/python -m voting.i18n

booth:  ## rebuild the browser programs into static/booth (needs npm)
	cd booth && npm ci --ignore-scripts && npm run build

machine:
	@sh tests/machine.sh

clean:  ## remove the environment and caches (never data)
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build ./*.egg-info

# Packages come with hashes; the project itself is installed editable and without asking any index.
.venv/ready: requirements/run.txt pyproject.toml voting/translations/en/LC_MESSAGES/messages.po
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or later is needed; name it with: make PYTHON=python3.12 …"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo "没有做成 .venv。Debian、Ubuntu 上请先安装 / .venv was not made; on Debian and Ubuntu first: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
	  echo ".venv 里没有 pip，请先安装 python3-venv，再 make clean setup / no pip in .venv: install python3-venv, then make clean setup"; exit 1; }
	@echo "正在把依赖装进 .venv，约一分钟，中间没有输出… / installing into .venv, about a minute without a word…"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m voting.i18n
	@touch $@

.venv/tested: .venv/ready requirements/test.txt
	@echo "正在装测试用的依赖，约一分钟… / installing what the tests need, about a minute…"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	@touch $@
