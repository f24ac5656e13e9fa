-- The last offset of one Kafka partition that is in the sink.
SELECT offset FROM event_rows
WHERE topic = {topic:String} AND partition = {partition:UInt32}
ORDER BY topic DESC, partition DESC, offset DESC
LIMIT 1
