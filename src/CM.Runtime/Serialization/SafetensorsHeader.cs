using System.Buffers.Binary;
using System.Text.Json;

namespace CM.Runtime;

/// <summary>
/// The header of a safetensors file: eight bytes with its length, little-endian, then JSON that says for every tensor its number type,
/// its shape and where it lies. The tensors fill the rest of the file without a gap.
/// </summary>
/// <param name="Metadata">Texts under <c>__metadata__</c>.</param>
/// <param name="Tensors">The tensors by name.</param>
/// <param name="Length">Bytes before the first tensor.</param>
internal sealed record SafetensorsHeader(
    IReadOnlyDictionary<string, string> Metadata, IReadOnlyDictionary<string, SafetensorsEntry> Tensors, int Length)
{
    public const string MetadataName = "__metadata__";
    public const int LengthBytes = 8;
    private const int Largest = 100_000_000; // the format's own limit

    /// <summary>Reads and checks a header.</summary>
    /// <param name="stream">Stream at the start of the file.</param>
    /// <param name="fileLength">Bytes of the whole file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="UserError">The file is torn or is not a safetensors file.</exception>
    public static SafetensorsHeader Read(Stream stream, long fileLength, string file)
    {
        Span<byte> lengthBytes = stackalloc byte[LengthBytes];
        if (stream.ReadAtLeast(lengthBytes, LengthBytes, throwOnEndOfStream: false) < LengthBytes)
            throw new UserError($"{file}: no safetensors file, it has only {fileLength} bytes.");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (length is < 2 or > Largest)
            throw new UserError($"{file}: no safetensors file, its header would have {length} bytes.");
        if (length > (ulong)(fileLength - LengthBytes))
            throw new UserError($"{file}: torn, its header of {length} bytes goes beyond the end of the file.");

        var json = new byte[length];
        stream.ReadExactly(json);
        if (json[0] != '{')
            throw new UserError($"{file}: no safetensors file, its header does not start with a brace.");
        try
        {
            var (metadata, tensors) = Parse(json);
            CheckPlaces(tensors.Values, fileLength - LengthBytes - (long)length);
            return new SafetensorsHeader(metadata, tensors, LengthBytes + (int)length);
        }
        catch (Exception fault) when (fault is FormatException or JsonException or InvalidOperationException)
        {
            throw new UserError($"{file}: damaged safetensors header ({fault.Message.TrimEnd('.')}).", fault);
        }
    }

    private static (Dictionary<string, string> Metadata, Dictionary<string, SafetensorsEntry> Tensors) Parse(byte[] json)
    {
        var metadata = new Dictionary<string, string>();
        var tensors = new Dictionary<string, SafetensorsEntry>();
        var metadataSeen = false;
        var reader = new Utf8JsonReader(json);
        Expect(ref reader, JsonTokenType.StartObject);
        while (NextName(ref reader) is { } name)
        {
            if (name != MetadataName)
            {
                if (!tensors.TryAdd(name, ParseEntry(ref reader, name)))
                    throw new FormatException($"there are two tensors '{name}'");
                continue;
            }
            if (metadataSeen)
                throw new FormatException($"there are two {MetadataName}");
            metadataSeen = true;
            Expect(ref reader, JsonTokenType.StartObject);
            while (NextName(ref reader) is { } key)
            {
                Expect(ref reader, JsonTokenType.String);
                if (!metadata.TryAdd(key, reader.GetString()!))
                    throw new FormatException($"there are two texts '{key}'");
            }
        }
        return reader.Read() ? throw new FormatException("something follows its JSON") : (metadata, tensors);
    }

    private static SafetensorsEntry ParseEntry(ref Utf8JsonReader reader, string name)
    {
        string? type = null;
        long[]? shape = null, offsets = null;
        Expect(ref reader, JsonTokenType.StartObject);
        while (NextName(ref reader) is { } key)
            switch (key)
            {
                case "dtype" when type is null:
                    Expect(ref reader, JsonTokenType.String);
                    type = reader.GetString()!;
                    break;
                case "shape" when shape is null:
                    shape = Numbers(ref reader);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = Numbers(ref reader);
                    break;
                default:
                    throw new FormatException($"'{name}' has an unknown or repeated field '{key}'");
            }

        if (type is null || shape is null || offsets is not [var begin, var end])
            throw new FormatException($"'{name}' lacks its dtype, shape or two data_offsets");
        var numberBytes = SafetensorsEntry.BytesOf(type) ?? throw new FormatException($"'{name}' has the unknown dtype '{type}'");
        if (begin > end || shape.Aggregate((UInt128)numberBytes, Times) != (UInt128)(end - begin))
            throw new FormatException($"'{name}', {type} [{string.Join(", ", shape)}], "
                + $"does not have the {end - begin} bytes that its offsets say");
        return new SafetensorsEntry(name, type, shape, begin, end);
    }

    /// <summary>A product that stays above every possible size once it is there.</summary>
    private static UInt128 Times(UInt128 product, long axis) =>
        axis == 0 || product == 0 ? 0 : product > ulong.MaxValue ? UInt128.MaxValue : product * (ulong)axis;

    private static void CheckPlaces(IEnumerable<SafetensorsEntry> tensors, long bytes)
    {
        var place = 0L;
        foreach (var tensor in tensors.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End))
        {
            if (tensor.Begin != place)
                throw new FormatException($"'{tensor.Name}' begins at {tensor.Begin} instead of {place}: tensors overlap or leave a gap");
            place = tensor.End;
        }
        if (place > bytes)
            throw new FormatException($"the file is torn: its tensors need {place} bytes and it has {bytes}");
        if (place < bytes)
            throw new FormatException($"{bytes - place} bytes follow the last tensor");
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token)
    {
        if (!reader.Read() || reader.TokenType != token)
            throw new FormatException($"at byte {reader.TokenStartIndex} of its JSON there is {reader.TokenType} instead of {token}");
    }

    private static string? NextName(ref Utf8JsonReader reader)
    {
        if (reader.Read() && reader.TokenType == JsonTokenType.EndObject)
            return null;
        return reader.TokenType == JsonTokenType.PropertyName
            ? reader.GetString()
            : throw new FormatException($"at byte {reader.TokenStartIndex} of its JSON there is {reader.TokenType} instead of a name");
    }

    private static long[] Numbers(ref Utf8JsonReader reader)
    {
        var numbers = new List<long>();
        Expect(ref reader, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            numbers.Add(reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) && number >= 0
                ? number
                : throw new FormatException($"at byte {reader.TokenStartIndex} of its JSON a whole number from 0 on was expected"));
        return [.. numbers];
    }
}
