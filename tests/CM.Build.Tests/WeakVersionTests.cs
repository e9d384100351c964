namespace CM.Build.Tests;

public sealed class WeakVersionTests
{
    private static readonly SyntheticElf Elf = SyntheticElf.Needing();

    [Fact]
    public void Only_the_flag_of_the_named_version_and_library_is_set()
    {
        var before = (byte[])Elf.Content.Clone();
        var result = Mark(Elf.Content);
        result.Outcome.ShouldBe(WeakVersionOutcome.Marked);
        Elf.Content.ShouldBe(before, "the input stays as it is");

        before[Elf.FlagsOffset].ShouldBe((byte)0);
        before[Elf.FlagsOffset] = 2;
        result.Bytes.ShouldBe(before);
    }

    [TorchLibraryFact]
    public void Only_the_flag_of_the_version_is_set_in_the_library_of_TorchSharp()
    {
        var expected = File.ReadAllBytes(TorchLibrary.Path);
        var result = Mark(expected);
        result.Outcome.ShouldBe(WeakVersionOutcome.Marked);
        expected[TorchLibrary.FlagsOffset].ShouldBe((byte)0);
        expected[TorchLibrary.FlagsOffset] = 2;
        result.Bytes!.AsSpan().SequenceEqual(expected).ShouldBeTrue();
    }

    [Fact]
    public void A_weak_version_stays_as_it_is() =>
        Mark(Mark(Elf.Content).Bytes!).ShouldBe(new(WeakVersionOutcome.AlreadyWeak));

    [Theory]
    [InlineData("GLIBCXX_3.4.31")]
    [InlineData("GLIBCXX_3.4.29")]
    public void A_file_without_the_version_stays_as_it_is(string version) =>
        Mark(SyntheticElf.Needing(version).Content).ShouldBe(new(WeakVersionOutcome.NotNeeded));

    [Fact]
    public void A_version_whose_symbols_are_used_is_refused() =>
        Mark(SyntheticElf.Needing(relocated: SyntheticElf.Version).Content)
            .ShouldBe(new(WeakVersionOutcome.Refused, Reason: "it uses symbols of GLIBCXX_3.4.32"));

    [Theory]
    [InlineData(4, 1)] // 32 bits
    [InlineData(5, 2)] // big-endian
    [InlineData(18, 183)] // Arm
    public void A_file_for_another_processor_is_refused(int offset, byte value)
    {
        var file = (byte[])Elf.Content.Clone();
        file[offset] = value;
        Mark(file).ShouldBe(new(WeakVersionOutcome.Refused, Reason: "it isn't an ELF file for x86-64"));
    }

    [Fact]
    public void Definitions_of_a_library_are_listed() =>
        new ElfFile(SyntheticElf.Defining("GLIBCXX_3.4.29", SyntheticElf.Version)).ListDefinitions()
            .ShouldBe(["GLIBCXX_3.4.29", SyntheticElf.Version]);

    /// <summary>The section headers come last, so that a file without its end has none.</summary>
    [Fact]
    public void A_file_cut_off_anywhere_is_refused()
    {
        for (var length = 0; length < Elf.Content.Length; length++)
            Mark(Elf.Content[..length]).Outcome.ShouldBe(WeakVersionOutcome.Refused, $"at {length} of {Elf.Content.Length} bytes");
    }

    [TorchLibraryFact]
    public void The_library_of_TorchSharp_cut_off_at_a_section_is_refused()
    {
        var file = File.ReadAllBytes(TorchLibrary.Path);
        var headers = BitConverter.ToInt32(file, 40);
        var sections = Enumerable.Range(0, BitConverter.ToUInt16(file, 60));
        var boundaries = sections.Select(section => BitConverter.ToInt32(file, headers + 64 * section + 24));
        foreach (var boundary in boundaries.Append(headers).Append(file.Length - 1).Distinct())
            foreach (var length in new[] { boundary - 1, boundary, boundary + 1 }.Where(length => length >= 0 && length < file.Length))
                Mark(file[..length]).Outcome.ShouldBe(WeakVersionOutcome.Refused, $"at {length} bytes");
    }

    [Fact]
    public void Every_single_flipped_bit_leaves_a_file_that_is_refused_or_differs_in_the_flag_alone()
    {
        var outcomes = new Dictionary<WeakVersionOutcome, int>();
        var file = (byte[])Elf.Content.Clone();
        for (var at = 0; at < file.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                file[at] = (byte)(Elf.Content[at] ^ 1 << bit);
                Check(file, Elf.FlagsOffset, outcomes);
            }
            file[at] = Elf.Content[at];
        }
        outcomes.Keys.ShouldBe(Enum.GetValues<WeakVersionOutcome>(), ignoreOrder: true, customMessage: "the changes reach every outcome");
    }

    [Fact]
    public void Random_changes_leave_a_file_that_is_refused_or_differs_in_the_flag_alone()
    {
        var (random, outcomes) = (new Random(1), new Dictionary<WeakVersionOutcome, int>());
        for (var trial = 0; trial < 10_000; trial++)
        {
            var file = (byte[])Elf.Content.Clone();
            for (var flips = random.Next(1, 9); flips > 0; flips--)
                file[random.Next(file.Length)] ^= (byte)(1 << random.Next(8));
            Check(file, Elf.FlagsOffset, outcomes);
        }
        outcomes[WeakVersionOutcome.Marked].ShouldBeGreaterThan(100);
        outcomes[WeakVersionOutcome.Refused].ShouldBeGreaterThan(100);
    }

    [TorchLibraryFact]
    public void Random_changes_of_the_library_of_TorchSharp_leave_a_file_that_is_refused_or_differs_in_the_flag_alone()
    {
        var original = File.ReadAllBytes(TorchLibrary.Path);
        var (random, outcomes, file) = (new Random(1), new Dictionary<WeakVersionOutcome, int>(), (byte[])original.Clone());
        var headers = BitConverter.ToInt32(original, 40);
        (int Start, int End)[] regions =
            [(0, 64), (TorchLibrary.SectionStart, TorchLibrary.SectionEnd), (headers, original.Length), (0, original.Length)];
        for (var trial = 0; trial < 120; trial++)
        {
            var (start, end) = regions[trial % regions.Length];
            var places = Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(start, end)).ToArray();
            foreach (var place in places)
                file[place] ^= (byte)(1 << random.Next(8));
            Check(file, TorchLibrary.FlagsOffset, outcomes);
            foreach (var place in places)
                file[place] = original[place];
        }
        outcomes[WeakVersionOutcome.Marked].ShouldBeGreaterThan(20);
        outcomes[WeakVersionOutcome.Refused].ShouldBeGreaterThan(20);
    }

    /// <summary>Offsets, sizes and counts that point outside the file, back, or to themselves, and those whose sums overflow.</summary>
    [Fact]
    public void Bogus_numbers_in_any_field_leave_a_file_that_is_refused_or_differs_in_the_flag_alone()
    {
        var outcomes = new Dictionary<WeakVersionOutcome, int>();
        var length = Elf.Content.Length;
        long[] bogus = [0, 1, -1, 15, 16, 17, -16, int.MinValue, int.MaxValue, long.MinValue, long.MaxValue, length, length - 1];
        foreach (var width in new[] { 2, 4, 8 })
            for (var at = 0; at + width <= length; at += 2)
                foreach (var value in bogus)
                {
                    var file = (byte[])Elf.Content.Clone();
                    BitConverter.GetBytes(value).AsSpan(0, width).CopyTo(file.AsSpan(at));
                    Check(file, Elf.FlagsOffset, outcomes);
                }
        outcomes[WeakVersionOutcome.Refused].ShouldBeGreaterThan(100);
    }

    private static void Check(byte[] file, int flags, Dictionary<WeakVersionOutcome, int> outcomes)
    {
        var before = (byte[])file.Clone();
        var result = Mark(file);
        outcomes[result.Outcome] = outcomes.GetValueOrDefault(result.Outcome) + 1;
        file.AsSpan().SequenceEqual(before).ShouldBeTrue("the input stays as it is");
        (result.Bytes is null).ShouldBe(result.Outcome != WeakVersionOutcome.Marked);
        if (result.Bytes is null)
            return;
        before[flags] |= 2;
        result.Bytes.AsSpan().SequenceEqual(before).ShouldBeTrue("the flag alone differs");
    }

    private static WeakVersionResult Mark(byte[] file) => WeakVersion.Mark(file, SyntheticElf.Library, SyntheticElf.Version);
}
