import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import software.amazon.awssdk.services.sts.StsClient;

public class Client {
    public static void main(String[] args) throws Exception {
        int calls = Integer.parseInt(args[0]);
        int threads = Integer.parseInt(System.getenv().getOrDefault("CONFORMANCE_THREADS", "1"));
        try (StsClient sts = StsClient.create()) {
            first(sts, threads);
            for (int i = 0; i < calls; i++) {
                System.out.println(sts.getCallerIdentity().arn());
            }
        } catch (Exception e) {
            print(e);
            System.exit(1);
        }
    }

    /** Makes the first call, from all threads at once. */
    private static void first(StsClient sts, int threads) throws Exception {
        List<Callable<String>> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            all.add(() -> sts.getCallerIdentity().arn());
        }
        var pool = Executors.newFixedThreadPool(threads);
        try {
            for (Future<String> arn : pool.invokeAll(all)) {
                System.out.println(arn.get());
            }
        } catch (ExecutionException e) {
            throw (Exception) e.getCause();
        } finally {
            pool.shutdown();
        }
    }

    /** Prints what an uncaught exception prints, less the stack. */
    private static void print(Exception e) {
        var trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        trace.toString().lines().filter(line -> !line.matches("\\s+(at|\\.\\.\\.) .*")).forEach(System.err::println);
    }
}
