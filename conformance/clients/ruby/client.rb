require "aws-sdk-core"

begin
  # This SDK does not know AWS_ENDPOINT_URL.
  sts = Aws::STS::Client.new(endpoint: ENV.fetch("AWS_ENDPOINT_URL"))
  threads = ENV.fetch("CONFORMANCE_THREADS", "1").to_i
  Thread.report_on_exception = false
  first = Array.new(threads) { Thread.new { sts.get_caller_identity.arn } }
  puts first.map(&:value)
  ARGV[0].to_i.times { puts sts.get_caller_identity.arn }
rescue StandardError => e
  abort "#{e.class}: #{e.message}"
end
