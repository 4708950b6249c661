# The Ruby runtime: speaks the Lambda Runtime API over the socket inherited as descriptor 3. Response and next request
# leave in one write. Runs on Ruby 2.7 and newer.

require 'json'
require 'socket'

RUNTIME_SOCKET = 3
INVOCATION = '/2018-06-01/runtime/invocation/'
NEXT = "GET #{INVOCATION}next HTTP/1.1\r\n\r\n"
READ_BYTES = 65_536

# Requests out, events in. Answers to our posts are read past.
class LambentConnection
  def initialize
    @socket = Socket.for_fd(RUNTIME_SOCKET)
    @socket.close_on_exec = true
    @unread = String.new
  end

  def write(request)
    @socket.write(request)
  end

  def next_event
    loop do
      head, body = receive
      return [head, body] if head.key?('lambda-runtime-aws-request-id')
    end
  end

  private

  def receive
    read until (head_end = @unread.index("\r\n\r\n"))
    lines = @unread.byteslice(0, head_end).force_encoding('UTF-8').split("\r\n").drop(1)
    head = lines.to_h { |line| line.split(': ', 2).then { |name, value| [name.downcase, value] } }
    stop = head_end + 4 + head['content-length'].to_i
    read while @unread.bytesize < stop
    body = @unread.byteslice(head_end + 4, stop - head_end - 4).force_encoding('UTF-8')
    @unread = @unread.byteslice(stop, @unread.bytesize)
    [head, body]
  end

  def read
    @unread << @socket.readpartial(READ_BYTES)
  rescue EOFError, SystemCallError
    # The server has gone: nobody is left to work for.
    exit!(0)
  end
end

# What a handler gets as `context:`.
class LambdaContext
  attr_reader :aws_request_id, :invoked_function_arn, :log_group_name, :log_stream_name, :function_name,
              :memory_limit_in_mb, :function_version, :identity, :client_context, :deadline_ms

  def initialize(head)
    @aws_request_id = head['lambda-runtime-aws-request-id']
    @deadline_ms = head['lambda-runtime-deadline-ms'].to_i
    @invoked_function_arn = head['lambda-runtime-invoked-function-arn']
    @client_context = head['lambda-runtime-client-context'] && JSON.parse(head['lambda-runtime-client-context'])
    @log_group_name = ENV['AWS_LAMBDA_LOG_GROUP_NAME']
    @log_stream_name = ENV['AWS_LAMBDA_LOG_STREAM_NAME']
    @function_name = ENV['AWS_LAMBDA_FUNCTION_NAME']
    @memory_limit_in_mb = ENV['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']
    @function_version = ENV['AWS_LAMBDA_FUNCTION_VERSION']
  end

  def get_remaining_time_in_millis
    [@deadline_ms - (Time.now.to_f * 1000).to_i, 0].max
  end

  def log(message)
    puts message
  end
end

# From `file.method` or `file.Class.method` to what it names.
def lambent_load(setting)
  file, *names = setting.split('.')
  raise ArgumentError, 'Invalid handler %s, must be of form FILENAME.METHOD or FILENAME.CLASS.METHOD where FILENAME corresponds with an existing Ruby source file FILENAME.rb, CLASS is an optional module/class namespace and METHOD is a callable method. If using CLASS, METHOD must be a class-level method.' % setting unless [1, 2].include?(names.size)

  require File.join(ENV['LAMBDA_TASK_ROOT'], file)
  receiver = names.size == 2 ? Kernel.const_get(names.first) : self
  ->(event, context) { receiver.send(names.last, event: event, context: context) }
end

def lambent_describe(error, origin)
  own = "#{__dir__}/"
  trace = (error.backtrace || []).reject { |line| line.start_with?(own) }
  { errorMessage: error.message, errorType: "#{origin}<#{error.class}>", stackTrace: trace }
end

# A line feed would end the record, so the lines of one message are joined by carriage returns.
def lambent_log(title, report)
  puts "#{title}\r#{JSON.pretty_generate(report).tr("\n", "\r")}"
end

def lambent_post(path, body, error_type = nil)
  header = error_type && "Lambda-Runtime-Function-Error-Type: #{error_type.gsub(/[^\x20-\x7e]/, '?')}\r\n"
  "POST #{path} HTTP/1.1\r\n#{header}Content-Length: #{body.bytesize}\r\n\r\n".b + body.b
end

def lambent_handle(handler, head, body)
  ENV['_X_AMZN_TRACE_ID'] = head['lambda-runtime-trace-id']
  id = head['lambda-runtime-aws-request-id']
  result = handler.call(JSON.parse(body), LambdaContext.new(head))
  lambent_post("#{INVOCATION}#{id}/response", result.to_json)
rescue NoMemoryError, SignalException, SystemExit
  raise
rescue Exception => error
  report = lambent_describe(error, 'Function')
  lambent_log('Error raised from handler method', report)
  lambent_post("#{INVOCATION}#{id}/error", report.to_json, report[:errorType])
end

$stdout.sync = true
connection = LambentConnection.new
begin
  handler = lambent_load(ENV['_HANDLER'])
rescue ScriptError, StandardError => error
  report = lambent_describe(error, 'Init')
  lambent_log("Init error when loading handler #{ENV['_HANDLER']}", report)
  connection.write(lambent_post('/2018-06-01/runtime/init/error', report.to_json, report[:errorType]))
  exit!(1)
end
request = NEXT.b
loop do
  connection.write(request)
  request = lambent_handle(handler, *connection.next_event) + NEXT
end
