"""Reads COUNT events of a typed topic with Confluent's own client, and prints each as a line of JSON."""

import json
import sys

from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

brokers, registry, topic, count = sys.argv[1:]
deserialize = AvroDeserializer(SchemaRegistryClient({"url": registry}))
consumer = Consumer({"bootstrap.servers": brokers, "group.id": topic + "-python", "auto.offset.reset": "earliest"})
consumer.subscribe([topic])
left = int(count)
while left > 0:
    record = consumer.poll(30)
    if record is None:
        sys.exit("no record came for 30 s")
    if record.error() is not None:
        sys.exit(str(record.error()))
    payload = deserialize(record.value(), SerializationContext(topic, MessageField.VALUE))
    headers = {name: value and value.decode() for name, value in record.headers()}
    print(json.dumps({"key": json.loads(record.key()), "event": headers["event"], "payload": payload}))
    left -= 1
consumer.close()
