// SPDX-License-Identifier: BSD-3-Clause
// What a JSON Schema of draft-07 looks like, as a schema: json-schema.org's,
// without titles and formats.
#pragma once

#include <string_view>

namespace tutti {

inline constexpr std::string_view json_metaschema = R"({
  "definitions": {
    "schemas": { "type": "array", "minItems": 1, "items": { "$ref": "#" } },
    "count": { "type": "integer", "minimum": 0 },
    "types": { "enum": ["array", "boolean", "integer", "null", "number",
                        "object", "string"] },
    "texts": { "type": "array", "items": { "type": "string" },
               "uniqueItems": true }
  },
  "type": ["object", "boolean"],
  "properties": {
    "$id": { "type": "string" },
    "$schema": { "type": "string" },
    "$ref": { "type": "string" },
    "$comment": { "type": "string" },
    "title": { "type": "string" },
    "description": { "type": "string" },
    "readOnly": { "type": "boolean" },
    "multipleOf": { "type": "number", "exclusiveMinimum": 0 },
    "maximum": { "type": "number" },
    "exclusiveMaximum": { "type": "number" },
    "minimum": { "type": "number" },
    "exclusiveMinimum": { "type": "number" },
    "maxLength": { "$ref": "#/definitions/count" },
    "minLength": { "$ref": "#/definitions/count" },
    "pattern": { "type": "string" },
    "additionalItems": { "$ref": "#" },
    "items": { "anyOf": [{ "$ref": "#" }, { "$ref": "#/definitions/schemas" }] },
    "maxItems": { "$ref": "#/definitions/count" },
    "minItems": { "$ref": "#/definitions/count" },
    "uniqueItems": { "type": "boolean" },
    "contains": { "$ref": "#" },
    "maxProperties": { "$ref": "#/definitions/count" },
    "minProperties": { "$ref": "#/definitions/count" },
    "required": { "$ref": "#/definitions/texts" },
    "additionalProperties": { "$ref": "#" },
    "definitions": { "type": "object",
                     "additionalProperties": { "$ref": "#" } },
    "properties": { "type": "object",
                    "additionalProperties": { "$ref": "#" } },
    "patternProperties": { "type": "object",
                           "additionalProperties": { "$ref": "#" } },
    "dependencies": {
      "type": "object",
      "additionalProperties": {
        "anyOf": [{ "$ref": "#" }, { "$ref": "#/definitions/texts" }]
      }
    },
    "propertyNames": { "$ref": "#" },
    "enum": { "type": "array" },
    "type": {
      "anyOf": [
        { "$ref": "#/definitions/types" },
        { "type": "array", "items": { "$ref": "#/definitions/types" },
          "minItems": 1, "uniqueItems": true }
      ]
    },
    "format": { "type": "string" },
    "if": { "$ref": "#" },
    "then": { "$ref": "#" },
    "else": { "$ref": "#" },
    "allOf": { "$ref": "#/definitions/schemas" },
    "anyOf": { "$ref": "#/definitions/schemas" },
    "oneOf": { "$ref": "#/definitions/schemas" },
    "not": { "$ref": "#" }
  }
})";

} // namespace tutti
