import aws.sdk.kotlin.services.sts.StsClient
import aws.sdk.kotlin.services.sts.getCallerIdentity
import kotlin.system.exitProcess
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext

fun main(args: Array<String>) = runBlocking {
    val calls = args[0].toInt()
    val threads = System.getenv("CONFORMANCE_THREADS")?.toInt() ?: 1
    try {
        StsClient.fromEnvironment().use { sts ->
            withContext(Dispatchers.IO) {
                List(threads) { async { sts.getCallerIdentity {}.arn } }.awaitAll()
            }.forEach(::println)
            repeat(calls) { println(sts.getCallerIdentity {}.arn) }
        }
    } catch (e: Exception) {
        // What an uncaught exception prints, less the stack.
        e.stackTraceToString().lines().filterNot { it.matches(Regex("\\s+(at|\\.\\.\\.) .*")) || it.isEmpty() }.forEach(System.err::println)
        exitProcess(1)
    }
}
