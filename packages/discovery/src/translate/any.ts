import { create, type DescMessage, type JsonObject, type MessageShape, toBinary } from '@bufbuild/protobuf'
import { type Any, AnySchema } from '@bufbuild/protobuf/wkt'
import { TypedStructSchema } from '@mizzen/xds/gen/xds/type/v3/typed_struct_pb.js'

const PREFIX = 'type.googleapis.com/'

/** Wraps a message. The bytes are the same for equal messages: fields go out in order of their numbers, maps as filled. */
export function pack<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): Any {
  return create(AnySchema, { typeUrl: PREFIX + schema.typeName, value: toBinary(schema, message) })
}

/** Wraps a configuration that has no generated message, as Istio does for its own filters. */
export function packStruct(typeName: string, value: JsonObject): Any {
  return pack(TypedStructSchema, create(TypedStructSchema, { typeUrl: PREFIX + typeName, value }))
}
