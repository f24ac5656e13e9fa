/** Bounds of one analyst: [least, most] of what may be asked for; the most is what stands when nothing is asked for. */
const BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
  max_execution_time: [1, 60],
  max_memory_usage: [1_000_000, 2_000_000_000],
  max_threads: [1, 4],
  max_result_rows: [1, 10_000_000],
  max_result_bytes: [1, 1_000_000_000],
};

/** How an answer looks, travels and is cut: harmless, so that an analyst may set it. Nothing here names a file or a URL. */
const OPEN = `
add_http_cors_header async_insert cancel_http_readonly_queries_on_client_close 
cast_keep_nullable connect_timeout count_distinct_implementation date_time_input_format date_time_output_format
deduplicate_blocks_in_dependent_materialized_views allow_experimental_analyzer enable_http_compression
enable_positional_arguments extremes final format_csv_delimiter format_csv_null_representation
format_tsv_null_representation group_by_overflow_mode group_by_use_nulls http_headers_progress_interval_ms
http_max_field_value_size http_receive_timeout http_response_buffer_size http_send_timeout
http_zlib_compression_level joined_subquery_requires_alias join_use_nulls log_comment max_block_size
max_bytes_to_read max_http_get_redirects max_rows_to_group_by max_rows_to_read output_format_csv_crlf_end_of_line
output_format_decimal_trailing_zeros output_format_json_array_of_rows output_format_json_escape_forward_slashes
output_format_json_named_tuples_as_objects output_format_json_quote_64bit_floats
output_format_json_quote_64bit_integers output_format_json_quote_decimals output_format_json_quote_denormals
output_format_native_use_flattened_dynamic_and_json_serialization output_format_pretty_color
output_format_pretty_grid_charset output_format_pretty_max_column_pad_width output_format_pretty_max_rows
output_format_pretty_max_value_width output_format_pretty_row_numbers output_format_write_statistics
prefer_column_name_to_alias read_overflow_mode receive_timeout result_overflow_mode
send_progress_in_http_headers send_timeout session_timezone totals_mode union_default_mode
use_client_time_zone use_skip_indexes_if_final 
`
  .trim()
  .split(/\s+/);

/** Names of the settings that an analyst may change. Every other one stays as it is, also those of a newer engine. */
export const ANALYST_SETTINGS: readonly string[] = [...Object.keys(BOUNDS), ...OPEN];

const bound = ([name, [least, most]]: [string, readonly [number, number]]): string =>
  `<${name}><min>${least}</min><max>${most}</max><changeable_in_readonly/></${name}>`;

/**
 * Settings of the analyst's profile: reads only, and changes nothing but what is listed here. A setting can name a file, a
 * server or another profile, so the list says what is open and not what is shut.
 */
export const analystProfile = `
   <readonly>1</readonly>
   ${Object.entries(BOUNDS)
     .map(([name, [, most]]) => `<${name}>${most}</${name}>`)
     .join('\n      ')}
   <max_memory_usage_for_user>3000000000</max_memory_usage_for_user>
   <max_concurrent_queries_for_user>8</max_concurrent_queries_for_user>
   <max_temporary_data_on_disk_size_for_user>2000000000</max_temporary_data_on_disk_size_for_user>
   <max_sessions_for_user>50</max_sessions_for_user>
   <cancel_http_readonly_queries_on_client_close>1</cancel_http_readonly_queries_on_client_close>
   <constraints>
     ${Object.entries(BOUNDS).map(bound).join('\n        ')}
     ${OPEN.map((name) => `<${name}><changeable_in_readonly/></${name}>`).join('\n        ')}
   </constraints>`;
