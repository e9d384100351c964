namespace CM.Runtime;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its number type as the format spells it: <c>F32</c>, <c>I64</c>, …</param>
/// <param name="Shape">Its shape; empty for a single number.</param>
/// <param name="Begin">First byte, counted after the header.</param>
/// <param name="End">Byte behind the last, counted after the header.</param>
internal sealed record SafetensorsEntry(string Name, string Type, long[] Shape, long Begin, long End)
{
    /// <summary>Bytes of one number, or null for a type that the format does not know.</summary>
    public static int? BytesOf(string type) => type switch
    {
        "F64" or "I64" or "U64" => 8,
        "F32" or "I32" or "U32" => 4,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "I8" or "U8" or "BOOL" or "F8_E5M2" or "F8_E4M3" => 1,
        _ => null,
    };
}
