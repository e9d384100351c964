namespace CM.Driver.Tests;

public sealed class TestCountsTests
{
    [Fact]
    public void Projects_are_summed() => Sum(
        exitCode: 1,
        "  Failed CM.Runtime.Tests.LossTests.A_loss_is_a_number [4 ms]",
        "Failed!  - Failed:     2, Passed:   481, Skipped:     0, Total:   483, Duration: 1 m 4 s - CM.Runtime.Tests.dll (net10.0)",
        "Passed!  - Failed:     0, Passed:   906, Skipped:     0, Total:   906, Duration: 2 m 1 s - CM.Generators.Tests.dll (net10.0)")
        .ShouldBe("1387 passed, 2 failed");

    [Fact]
    public void Skipped_tests_are_told_where_there_are_any() => Sum(
        exitCode: 0,
        "Passed!  - Failed:     0, Passed:    12, Skipped:     3, Total:    15, Duration: 3 s - CM.Watch.Tests.dll (net10.0)",
        "Skipped! - Failed:     0, Passed:     0, Skipped:     1, Total:     1, Duration: 3 ms - Packaging.dll (net10.0)")
        .ShouldBe("12 passed, 0 failed, 4 skipped");

    [Fact]
    public void A_crash_counts_as_one_failed_test() => Sum(
        exitCode: 1,
        "Passed!  - Failed:     0, Passed:    12, Skipped:     0, Total:    12, Duration: 3 s - CM.Watch.Tests.dll (net10.0)",
        "The active test run was aborted. Reason: Test host process crashed")
        .ShouldBe("12 passed, 1 failed");

    [Fact]
    public void Lines_of_tests_are_not_counted() =>
        Sum(exitCode: 0, "  a test writes: Failed:     2, Passed:     3, Skipped:     0, Total:     5").ShouldBe("0 passed, 0 failed");

    private static string Sum(int exitCode, params string[] lines) =>
        lines.Aggregate(new TestCounts(), (counts, line) => counts.Add(line)).WithExitCode(exitCode).ToString();
}
