#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""image.py - is an OCI image layout one that bpfman can use?

usage: image.py SCHEMAS LAYOUT OBJECT CONTAINERFILE OUT

Follows every descriptor from index.json: digest, size, media type, schema; nothing lies in the layout that
no descriptor leads to. The one layer holds OBJECT alone, at the top, without time and owner; it is written
to OUT. The labels are those of CONTAINERFILE. Prints what there is.
"""
import gzip
import hashlib
import io
import json
import os
import re
import sys
import tarfile

import jsonschema

schemas, layout, object_path, containerfile, out = sys.argv[1:]
TYPE = "application/vnd.oci.image."
seen = set()


def read(*path):
    with open(os.path.join(*path), "rb") as file:
        return file.read()


def want(condition, text):
    if not condition:
        sys.exit("image.py: " + text)


def check(kind, data):
    document = json.loads(data)
    schema = json.loads(read(schemas, f"oci-{kind}.schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for error in jsonschema.Draft202012Validator(schema).iter_errors(document):
        sys.exit(f"image.py: {kind}: {error.json_path}: {error.message}")
    return document


def blob(descriptor):
    digest = descriptor["digest"].split(":")[1]
    data = read(layout, "blobs", "sha256", digest)
    want(len(data) == descriptor["size"], f"{digest}: {len(data)} bytes, not {descriptor['size']}")
    want(hashlib.sha256(data).hexdigest() == digest, f"{digest}: its content has another digest")
    seen.add(digest)
    return data


def check_layer(descriptor, config):
    data = blob(descriptor)
    plain = gzip.decompress(data)
    want(data[4:8] == bytes(4), "the layer says when it was made")
    (diff_id,) = config["rootfs"]["diff_ids"]
    want("sha256:" + hashlib.sha256(plain).hexdigest() == diff_id, "diff_id is not the layer's")
    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        (entry,) = archive.getmembers()
        want(entry.name == os.path.basename(object_path) and entry.isreg(), f"entry '{entry.name}'")
        want((entry.mtime, entry.uid, entry.gid, entry.mode) == (0, 0, 0, 0o644), "time, owner or mode")
        content = archive.extractfile(entry).read()
    want(content == read(object_path), "the layer's object is another")
    with open(out, "wb") as file:
        file.write(content)


def check_labels(labels):
    text = read(containerfile).decode()
    for name in ("io.ebpf.programs", "io.ebpf.maps"):
        json.loads(labels[name])
        said = re.search(rf'^LABEL {re.escape(name)}="(.*)"$', text, flags=re.M).group(1)
        want(said.replace('\\"', '"') == labels[name], f"{name}: the Containerfile says {said}")
        print(name, labels[name])


def check_manifest(descriptor):
    manifest = check("manifest", blob(descriptor))
    config = check("config", blob(manifest["config"]))
    want(descriptor["platform"]["architecture"] == config["architecture"], "two architectures")
    check_layer(manifest["layers"][0], config)
    print(config["os"], config["architecture"])
    check_labels(config["config"]["Labels"])


want(json.loads(read(layout, "oci-layout")) == {"imageLayoutVersion": "1.0.0"}, "oci-layout")
index = check("index", read(layout, "index.json"))
want(len(index["manifests"]) == 1, "index.json has several images")
if index["manifests"][0]["mediaType"] == TYPE + "index.v1+json":
    index = check("index", blob(index["manifests"][0]))
for each in index["manifests"]:
    want(each["mediaType"] == TYPE + "manifest.v1+json", "an index in an index")
    check_manifest(each)
want(seen == set(os.listdir(os.path.join(layout, "blobs", "sha256"))), "blobs that nothing refers to")
