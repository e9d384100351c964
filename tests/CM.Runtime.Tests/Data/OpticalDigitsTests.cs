using System.Security.Cryptography;
using CM.Dsl;

namespace CM.Runtime.Tests;

/// <summary>The embedded digits against numbers computed from the published CSV files.</summary>
public sealed class OpticalDigitsTests
{
    private static readonly float[] Values = new float[64];

    [Fact]
    public void The_training_set_is_the_published_one() => Check(
        new OpticalDigits(),
        [376, 389, 380, 389, 387, 376, 377, 387, 380, 382],
        "dfeb9b1999a16e65d3a2f44644a52d102d69c46ec2878f6170559f04a7febff5",
        "c93806e69337237c8fb8b8a3a7c651c5e68733eb7e350ff380eabf228723032b");

    [Fact]
    public void The_test_set_is_the_published_one() => Check(
        new OpticalDigitsTest(),
        [178, 182, 177, 183, 181, 182, 181, 179, 174, 180],
        "8f26b2bd9d135c256808f68f14fdabddde6d9c7f869ae419704b051f0f14b3b3",
        "8ba4f891220f5e4c9c819638d1602d74b83618f167043c6da52a2a247841ddf0");

    [Fact]
    public void Levels_are_scaled_from_minus_1_to_1_row_by_row()
    {
        Open(new OpticalDigits()).Read(0, Values);
        Values[..16].ShouldBe([-1f, -0.875f, -0.25f, 0.875f, 0.5f, -0.875f, -1f, -1f, -1f, -0.125f, 1f, -0.25f, -0.25f, 0.25f, -1f, -1f]);
    }

    [Fact]
    public void The_resource_stays_small()
    {
        using var resource = typeof(TrainRequest).Assembly.GetManifestResourceStream("optdigits.br").ShouldNotBeNull();
        resource.Length.ShouldBeLessThan(150_000);
    }

    private static void Check(IDataSource source, int[] countsByClass, string levelsHash, string labelsHash)
    {
        var examples = Open(source);
        var indices = Enumerable.Range(0, examples.Count).ToArray();
        var labels = indices.Select(examples.Label).ToArray();
        Enumerable.Range(0, 10).Select(digit => labels.Count(label => label == digit)).ShouldBe(countsByClass);
        Hash(labels.Select(label => (byte)label)).ShouldBe(labelsHash);
        Hash(indices.SelectMany(Levels)).ShouldBe(levelsHash);

        IEnumerable<byte> Levels(int index)
        {
            examples.Read(index, Values);
            return Values.Select(value => (byte)((value + 1) * 8));
        }
    }

    private static ILabelledExamples Open(IDataSource source) =>
        Examples.Open(Tiny.Plan with { Data = source, DataShape = [1, 8, 8], Classes = 10 }, folder: null)
            .ShouldBeAssignableTo<ILabelledExamples>()!;

    private static string Hash(IEnumerable<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData([.. bytes]));
}
