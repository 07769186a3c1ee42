-- For wrk: sends the requests of a file in turns, and says at the end what came of it.
-- A line is method, path, body, then header names and values, by tabs.
local prepared, next_one = {}, 0

local function fields_of(line)
    local fields = {}
    for field in (line .. '\t'):gmatch('([^\t]*)\t') do
        fields[#fields + 1] = field
    end
    return fields
end

function init(arguments)
    for line in io.lines(arguments[1]) do
        local fields, headers = fields_of(line), {}
        for i = 4, #fields, 2 do
            headers[fields[i]] = fields[i + 1]
        end
        local body = fields[3] ~= '' and fields[3] or nil
        prepared[#prepared + 1] = wrk.format(fields[1], fields[2], headers, body)
    end
end

function request()
    next_one = next_one % #prepared + 1
    return prepared[next_one]
end

function done(summary, latency)
    local e = summary.errors
    local errors = e.connect + e.read + e.write + e.status + e.timeout
    io.write(string.format(
        '{"errors": %d, "requests_per_second": %.3f, "bytes_per_answer": %.1f, '
            .. '"p50_ms": %.3f, "p99_ms": %.3f}\n',
        errors,
        summary.requests / (summary.duration / 1e6),
        summary.bytes / math.max(1, summary.requests),
        latency:percentile(50) / 1e3,
        latency:percentile(99) / 1e3
    ))
end
